import { fromStreams, pemCertificates } from '@typetls/web-adapter'
import { serveSockets } from '@typetls/web-adapter/worker'
import { open } from './transports.js'

// The page says how to reach the server before it connects.
let next
globalThis.addEventListener('message', ({ data }) => {
  if (data.way !== undefined) next = data
})

serveSockets({
  connect(_address, { signal }) {
    const { way, identity } = next
    return fromStreams(open(way), { ca: pemCertificates(identity.ca), sni: identity.name, signal })
  },
})
