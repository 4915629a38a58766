import type { TraceEvent } from '@typetls/connection'
import { AlertDescription } from '@typetls/wire'
import { Unexpected } from './refusal.ts'

/** What crossed, as BoringSSL's message callback tells it: `write hs 1`, `read ccs`, `read alert 1 0`. */
export class MessageTrace {
  #text = ''

  readonly hear = (event: TraceEvent): void => {
    if (event.event === 'message') this.#add(event.direction, `hs ${event.bytes[0]}`)
    else if (event.event === 'record' && event.contentType === changeCipherSpec) this.#add(event.direction, 'ccs')
    else if (event.event === 'alert') {
      const ids: Readonly<Record<string, number | undefined>> = AlertDescription.ids
      this.#add(event.direction, `alert ${event.level === 'warning' ? 1 : 2} ${ids[event.description]}`)
    }
  }

  /** @throws Unexpected */
  check(expected: string): void {
    if (this.#text !== expected) throw new Unexpected(`messages were\n${this.#text}and not\n${expected}`)
  }

  #add(direction: 'sent' | 'received', what: string): void {
    this.#text += `${direction === 'sent' ? 'write' : 'read'} ${what}\n`
  }
}

const changeCipherSpec = 20
