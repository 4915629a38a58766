import { pemCertificates, relay, SocketError, TypeTls, wsproxy } from '@typetls/web-adapter'

/** What the page does and tells. */
export interface Download {
  readonly transport: 'relay' | 'wsproxy'
  readonly relayUrl: string
  readonly port: number
  readonly ca: string
  readonly sni: string
  /** Bytes to ask the server for. */
  readonly bytes: number
}

export interface Downloaded {
  readonly failure?: string
  readonly received?: number
  readonly authorized?: boolean
  readonly version?: string
}

async function download({ transport, relayUrl, port, ca, sni, bytes }: Download): Promise<Downloaded> {
  const tls = new TypeTls({ ca: pemCertificates(ca), transport: (transport === 'relay' ? relay : wsproxy)(relayUrl) })
  const socket = tls.connect({ hostname: '127.0.0.1', port }, { secureTransport: 'on', sni })
  try {
    const { tls: facts } = await socket.opened
    const writer = socket.writable.getWriter()
    await writer.write(new TextEncoder().encode(String(bytes)))
    const reader = socket.readable.getReader()
    let received = 0
    for (let read = await reader.read(); !read.done; read = await reader.read()) received += read.value.length
    await socket.closed
    return { received, version: facts.version, authorized: facts.peer?.authorized === true }
  } catch (error) {
    if (!(error instanceof SocketError)) throw error
    return { failure: error.code }
  }
}

Object.assign(globalThis, { download })
