import type { Trace, TraceEvent } from '@typetls/handshake'

/**
 * What `enableTrace` prints on standard error, beside what `trace` is told: records, messages and alerts as they cross,
 * somewhat like `openssl s_client -trace`. No secrets.
 */
export function alsoPrinted(trace: Trace | undefined): Trace {
  return (event) => {
    trace?.(event)
    const line = lineOf(event)
    if (line !== undefined) process.stderr.write(`${line}\n`)
  }
}

function lineOf(event: TraceEvent): string | undefined {
  switch (event.event) {
    case 'record': {
      const kind = contentTypes[event.contentType] ?? 'Unknown'
      return `${way(event)} Record: ${kind} (${event.contentType}), Length = ${event.length}, Keys = ${event.epoch}`
    }
    case 'message':
      return `    ${way(event)} ${camelCase(event.type)}, Length = ${event.bytes.length - 4}`
    case 'alert':
      return `    ${way(event)} Alert: ${event.level}, ${event.description}`
    case 'decision':
      return `    ${camelCase(event.what)} = ${event.value}`
    case 'failure':
      return `Failed: ${event.code}: ${event.message}`
    default:
      return undefined
  }
}

function way({ direction }: { readonly direction: 'sent' | 'received' }): string {
  return direction === 'sent' ? 'Sent' : 'Received'
}

/** `client_hello` is `ClientHello`. */
function camelCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase())
}

const contentTypes: Readonly<Record<number, string>> = {
  20: 'ChangeCipherSpec',
  21: 'Alert',
  22: 'Handshake',
  23: 'ApplicationData',
}
