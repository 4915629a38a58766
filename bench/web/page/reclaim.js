import { makeTLSClient, setCryptoImplementation } from '@reclaimprotocol/tls'
import { loadX509FromPem } from '@reclaimprotocol/tls'
import { webcryptoCrypto } from '@reclaimprotocol/tls/webcrypto'

let rootCAs

export function ready({ ca }) {
  setCryptoImplementation(webcryptoCrypto)
  rootCAs = [loadX509FromPem(ca)]
}

export async function connect({ readable, writable }, { name }) {
  const reader = readable.getReader()
  const writer = writable.getWriter()
  const received = []
  let done
  let failed
  const handshake = new Promise((resolve, reject) => ((done = resolve), (failed = reject)))
  const tls = makeTLSClient({
    host: name,
    rootCAs,
    cipherSuites: ['TLS_AES_128_GCM_SHA256'],
    namedCurves: ['SECP256R1'],
    supportedProtocolVersions: ['TLS1_3'],
    async write({ header, content }) {
      const record = new Uint8Array(header.length + content.length)
      record.set(header)
      record.set(content, header.length)
      await writer.write(record)
    },
    onHandshake: done,
    onApplicationData: (bytes) => void received.push(bytes),
    onTlsEnd: failed,
  })
  const more = async () => {
    const { value } = await reader.read()
    if (value !== undefined) await tls.handleReceivedBytes(value)
    return value !== undefined
  }
  await tls.startHandshake()
  while (!tls.isHandshakeDone() && (await more()));
  await handshake
  return {
    write: (bytes) => tls.write(bytes),
    async read() {
      while (received.length === 0 && (await more()));
      return received.shift()
    },
    async close() {
      await reader.cancel()
      await writer.close()
    },
  }
}
