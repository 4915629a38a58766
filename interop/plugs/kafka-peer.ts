import type { Duplex } from 'node:stream'

/**
 * A broker of Kafka, as far as a client needs one to learn of the cluster: ApiVersions and Metadata, with one topic. There
 * is no package of the real one. https://kafka.apache.org/protocol.html
 *
 * @param address what it says of itself
 */
export function serveKafka(connection: Duplex, address: { host: string; port: number }): void {
  let waiting = Buffer.alloc(0)
  connection.on('error', () => {})
  connection.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
      const end = 4 + waiting.readInt32BE(0)
      answer(waiting.subarray(4, end))
      waiting = waiting.subarray(end)
    }
  })

  function answer(request: Buffer): void {
    const key = request.readInt16BE(0)
    const version = request.readInt16BE(2)
    const body = bodyOf(key, version)
    const correlation = request.subarray(4, 8)
    connection.write(Buffer.concat([int32(4 + body.length), correlation, body]))
  }

  function bodyOf(key: number, version: number): Buffer {
    if (key === apiVersions && version === 0) {
      const known = [apiVersions, metadata].map((api) =>
        Buffer.concat([api, api === metadata ? 1 : 0, api === metadata ? 1 : 0].map(int16)),
      )
      return Buffer.concat([int16(0), array(known)])
    }
    if (key === metadata && version === 1) {
      const broker = Buffer.concat([int32(0), string(address.host), int32(address.port), int16(-1)])
      const partition = Buffer.concat([int16(0), int32(0), int32(0), array([int32(0)]), array([int32(0)])])
      const topic = Buffer.concat([int16(0), string('things'), Buffer.from([0]), array([partition])])
      return Buffer.concat([array([broker]), int32(0), array([topic])])
    }
    // What is not supported: https://kafka.apache.org/protocol.html#protocol_error_codes
    return int16(35)
  }
}

const metadata = 3
const apiVersions = 18

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function string(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)])
}

function array(items: readonly Buffer[]): Buffer {
  return Buffer.concat([int32(items.length), ...items])
}
