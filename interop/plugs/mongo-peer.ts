import type { Duplex } from 'node:stream'
import { BSON } from 'mongodb'

/**
 * A server of MongoDB, as far as a client needs one to find it and to ask for documents: OP_MSG, `hello`, `ping`, `find`.
 * Debian has no package of the real one. https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export function serveMongo(connection: Duplex, documents: readonly BSON.Document[]): void {
  let waiting = Buffer.alloc(0)
  connection.on('error', () => {})
  connection.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
      const end = waiting.readInt32LE(0)
      answer(waiting.subarray(0, end))
      waiting = waiting.subarray(end)
    }
  })

  function answer(message: Buffer): void {
    const requestId = message.readInt32LE(4)
    if (message.readInt32LE(12) !== opMsg || message[20] !== 0) return connection.destroy() as unknown as void
    const body = BSON.serialize(reply(BSON.deserialize(message.subarray(21))))
    const header = Buffer.alloc(21)
    header.writeInt32LE(header.length + body.length, 0)
    header.writeInt32LE(requestId, 8)
    header.writeInt32LE(opMsg, 12)
    connection.write(Buffer.concat([header, body]))
  }

  function reply(command: BSON.Document): BSON.Document {
    if ('hello' in command) {
      const limits = { maxBsonObjectSize: 1 << 24, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 }
      return { ok: 1, isWritablePrimary: true, helloOk: true, minWireVersion: 0, maxWireVersion: 21, ...limits }
    }
    if ('ping' in command || 'endSessions' in command) return { ok: 1 }
    if ('find' in command) {
      const ns = `${String(command['$db'])}.${String(command['find'])}`
      return { ok: 1, cursor: { id: new BSON.Long(0), ns, firstBatch: documents } }
    }
    return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: `no such command: ${Object.keys(command)[0]}` }
  }
}

const opMsg = 2013
