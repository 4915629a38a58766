import { fromStreams, pemCertificates } from '@typetls/web-adapter'

/** @returns what `bench.js` measures by: see there */
export async function connect(transport, { ca, name, sameAlgorithms }) {
  const alike = sameAlgorithms ? { groups: ['secp256r1'] } : {}
  const socket = fromStreams(transport, { ca: pemCertificates(ca), sni: name, ...alike })
  await socket.opened
  const reader = socket.readable.getReader()
  const writer = socket.writable.getWriter()
  return {
    write: (bytes) => writer.write(bytes),
    read: async () => (await reader.read()).value,
    close: () => socket.close(),
  }
}

export function ready() {}
