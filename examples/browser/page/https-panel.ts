import type { Fetch } from '@typetls/web-adapter/fetch'
import type { Made } from './connections.ts'
import { fetchHere, fetchInWorker } from './connections.ts'
import { element, facts, found, timings } from './elements.ts'
import type { Settings } from './settings.ts'
import { accepted, certificatePath, negotiated, refused } from './verdict.ts'

/** The form that fetches, and what came of it. */
export function httpsPanel(settings: Settings): void {
  const form = found('https-form', HTMLFormElement)
  const url = found('url', HTMLInputElement)
  const inWorker = found('in-worker', HTMLInputElement)
  const result = found('https-result', HTMLElement)
  const button = form.querySelector('button') as HTMLButtonElement
  const choices = settings.servers.map(({ id, label, url: to }, i) => {
    const radio = element('input', { type: 'radio', name: 'server', value: to, id, ...(i === 0 && { checked: '' }) })
    radio.addEventListener('change', () => (url.value = to))
    return element('label', { for: id }, radio, ` ${label}`)
  })
  found('servers', HTMLFieldSetElement).append(...choices)
  url.value = settings.servers[0]?.url ?? ''

  let made: Made | undefined
  /** By origin: a connection that is still open was made for an earlier request. */
  const earlier = new Map<string, Made>()
  const note = (one: Made): void => void (made = one)
  const here = fetchHere(settings, note)
  let worker: Fetch | undefined

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    button.disabled = true
    result.replaceChildren(element('p', { class: 'quiet' }, 'Fetching …'))
    made = undefined
    const fetch = inWorker.checked ? (worker ??= fetchInWorker(note)) : here
    show(fetch, url.value)
      .then((shown) => result.replaceChildren(...shown))
      .finally(() => {
        button.disabled = false
        result.focus()
      })
  })

  async function show(fetch: Fetch, to: string): Promise<HTMLElement[]> {
    const started = performance.now()
    try {
      const response = await fetch(to)
      const answered = performance.now() - started
      const text = await response.text()
      const total = performance.now() - started
      const { origin } = new URL(response.url)
      const used = made ?? earlier.get(origin)
      if (used !== undefined) earlier.set(origin, used)
      return [
        ...(used === undefined ? [] : await connectionShown(used, made === undefined)),
        element('h3', {}, 'Timings'),
        timings([...timesOf(made, answered), ['All of it', total]]),
        element('h3', {}, `Response: ${response.status} ${response.statusText}`),
        facts(Object.fromEntries(response.headers)),
        element('pre', {}, text.slice(0, 4000)),
      ]
    } catch (error) {
      return [refused((error as Error).cause ?? error)]
    }
  }
}

async function connectionShown({ info }: Made, wasOpen: boolean): Promise<HTMLElement[]> {
  const { tls, remoteAddress } = info
  const { matchedName } = (tls.peer?.facts ?? {}) as { readonly matchedName?: string }
  return [
    accepted(matchedName ?? tls.serverName, wasOpen),
    element('h3', {}, 'Negotiated'),
    negotiated(tls, remoteAddress),
    element('h3', {}, 'Certificates'),
    await certificatePath(tls),
  ]
}

function timesOf(made: Made | undefined, answered: number): [string, number][] {
  if (made === undefined) return [['Answer', answered]]
  const { dialled, handshake } = made
  const connection: [string, number][] =
    dialled === undefined
      ? [['Connection', handshake]]
      : [
          ['Through the relay', dialled],
          ['Handshake', handshake],
        ]
  return [...connection, ['Answer', Math.max(0, answered - handshake - (dialled ?? 0))]]
}
