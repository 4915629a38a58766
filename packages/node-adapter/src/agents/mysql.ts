import net from 'node:net'
import type { WriteCallback } from '../transport/link.ts'
import { connect } from '../node-tls/connect.ts'
import { TlsSocket } from '../socket/tls-socket.ts'
import { nextChunk, plainFirst, unprotectedBytes, upgradeRefused } from './plain-first.ts'
import type { PlugOptions } from './plug-options.ts'

/** TLS options, and how it begins. */
export interface MysqlStreamOptions extends PlugOptions {
  /** From the first byte, as some proxies want it; default: as the protocol has it, after the server's greeting. */
  readonly direct?: boolean | undefined
}

/** What mysql2 tells its stream factory. */
export interface MysqlDestination {
  readonly config: {
    readonly host?: string | undefined
    readonly port?: number | undefined
    readonly socketPath?: string | undefined
  }
}

/**
 * For the option `stream` of mysql2, without its `ssl`, so that it believes in a plain connection: we put the request for
 * TLS between the greeting and its answer, and count the two packets that it does not know of. A server without TLS is
 * refused, never spoken to in the clear.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
 */
export function mysqlStream({ direct = false, ...options }: MysqlStreamOptions = {}): (
  destination: MysqlDestination,
) => TlsSocket {
  return ({ config: { host = 'localhost', port = 3306, socketPath } }) => {
    const place = { ...options, host }
    if (direct) return connect({ ...place, port, path: socketPath })
    return new MysqlSocket(socketPath ? net.connect(socketPath) : net.connect({ host, port, noDelay: true }), place)
  }
}

/** A socket that takes part in the connection phase, until the server's OK or ERR. */
class MysqlSocket extends TlsSocket {
  #inConnectionPhase = true
  /** Of a packet that has not come whole yet. */
  #partial: Buffer = Buffer.alloc(0)
  #answered: ((response: Buffer) => void) | undefined
  readonly #response = new Promise<Buffer>((resolve) => (this.#answered = resolve))

  constructor(transport: net.Socket, options: PlugOptions) {
    super(
      transport,
      plainFirst(
        transport,
        options,
        () => options,
        () => this.#requestTls(transport),
      ),
    )
  }

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (!this.#inConnectionPhase || !Buffer.isBuffer(chunk) || this.secureConnecting) return super.push(chunk, encoding)
    let bytes = Buffer.concat([this.#partial, chunk])
    const ready: Buffer[] = []
    for (
      let length = packetLength(bytes);
      this.#inConnectionPhase && bytes.length >= length;
      length = packetLength(bytes)
    ) {
      const packet = renumbered(bytes.subarray(0, length), -1)
      ready.push(packet)
      bytes = bytes.subarray(length)
      const kind = packet[headerLength]
      if (kind === okPacket || kind === errPacket) this.#inConnectionPhase = false
    }
    if (!this.#inConnectionPhase) ready.push(bytes)
    this.#partial = this.#inConnectionPhase ? bytes : Buffer.alloc(0)
    return super.push(Buffer.concat(ready))
  }

  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, callback: WriteCallback): void {
    if (!this.#inConnectionPhase || typeof chunk === 'string') return super._write(chunk, encoding, callback)
    // mysql2 writes packet by packet, and in this phase waits for an answer to each.
    const packet = renumbered(chunk, 1)
    if (this.#answered !== undefined) {
      packet.writeUInt32LE((packet.readUInt32LE(headerLength) | clientSsl) >>> 0, headerLength)
      this.#answered(packet)
      this.#answered = undefined
    }
    super._write(packet, encoding, callback)
  }

  async #requestTls(transport: net.Socket): Promise<void> {
    const greeting = await readPacket(transport)
    super.push(greeting)
    if (greeting[headerLength] === errPacket) {
      // It is for mysql2 to tell, which has no answer to it. The server ends now.
      transport.resume()
    } else if (!offersTls(greeting)) {
      throw upgradeRefused('the MySQL server does not start TLS', greeting[headerLength])
    }
    const response = await this.#response
    // The request is the beginning of the response that follows it inside of TLS: MariaDB has more capabilities at its end.
    const request = Buffer.alloc(headerLength + sslRequestLength)
    request.writeUInt32LE(sslRequestLength | (1 << 24))
    response.copy(request, headerLength, headerLength, headerLength + sslRequestLength)
    transport.write(request)
  }
}

async function readPacket(transport: net.Socket): Promise<Buffer> {
  let bytes = await nextChunk(transport)
  while (bytes.length < packetLength(bytes)) bytes = Buffer.concat([bytes, await nextChunk(transport)])
  const trailing = bytes.length - packetLength(bytes)
  if (trailing > 0) throw unprotectedBytes(trailing)
  return bytes
}

/** Header included; more than there is while the header has not come. */
function packetLength(bytes: Buffer): number {
  return bytes.length < headerLength ? headerLength : headerLength + bytes.readUIntLE(0, 3)
}

function renumbered(packet: Uint8Array, by: number): Buffer {
  const copy = Buffer.from(packet)
  copy[3] = (copy[3] as number) + by
  return copy
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
function offersTls(greeting: Buffer): boolean {
  const versionEnd = greeting.indexOf(0, headerLength + 1)
  // thread id, the first part of the authentication data, a filler
  const capabilities = versionEnd + 1 + 4 + 8 + 1
  return (
    versionEnd > 0 && greeting.length >= capabilities + 2 && (greeting.readUInt16LE(capabilities) & clientSsl) !== 0
  )
}

/** Three bytes of length, one of the number in the sequence. */
const headerLength = 4
/** Capabilities, the largest packet, the character set, and 23 bytes that are reserved. */
const sslRequestLength = 32
const clientSsl = 0x0800
const okPacket = 0x00
const errPacket = 0xff
