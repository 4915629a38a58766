import { fromStreams } from '@typetls/web-adapter'
import { open } from './transports.js'

globalThis.onmessage = async ({ data: { way, identity } }) => {
  try {
    const { readable, writable, opened } = fromStreams(open(way), { ca: identity.ca, sni: identity.name })
    await opened
    globalThis.postMessage({ readable, writable }, [readable, writable])
  } catch (error) {
    globalThis.postMessage({ failure: String(error) })
  }
}
