import { TlsError } from '@typetls/wire'
import type { CertificateFacts, PathCertificate } from '@typetls/x509'
import { pemCertificates } from '@typetls/x509'
import { ByteQueue } from './byte-queue.ts'
import { handled, Signal } from './deferred.ts'
import { fromStreams } from './from-streams.ts'
import type { SecureOptions } from './secure-options.ts'
import type { SecureSocket } from './socket.ts'
import type { Transport } from './transport.ts'

/** Options of `createSubtls`: those of a client, and who hears of its sockets. */
export interface SubtlsOptions extends Omit<SecureOptions, 'sni' | 'signal' | 'allowHalfOpen'> {
  /** A handshake has begun; what comes of it is told by `opened` of the socket. Its streams are in use. */
  readonly onSocket?: (socket: SecureSocket) => void
}

/**
 * What the drivers that can take [subtls](https://github.com/jawj/subtls) want in its place: PostgreSQL from a page, end to
 * end, by `@neondatabase/serverless` and any relay that is told the target by `?address=host:port`.
 *
 * Trusted is what the driver hands on (`rootCerts`), or `ca` or `verifier` of the options.
 *
 * A handshake that fails is told by `read`, and `write` sends nothing: the driver does not wait for `startTls` to fail.
 *
 * @example
 * ```ts fragment
 * import { Client, neonConfig } from '@neondatabase/serverless'
 * import { createSubtls } from '@typetls/web-adapter/subtls'
 *
 * neonConfig.wsProxy = 'relay.example/'
 * neonConfig.subtls = createSubtls({ ca }) as never
 * neonConfig.forceDisablePgSSL = false
 * neonConfig.pipelineConnect = false
 * const client = new Client('postgresql://user:password@db.example/app?sslmode=verify-full')
 * ```
 */
export function createSubtls(options: SubtlsOptions = {}): Subtls {
  return {
    startTls: (host, roots, read, write, more) => startTls(options, host, roots, read, write, more),
    TrustedCert: { databaseFromPEM: (pem) => Promise.resolve(pem) },
    WebSocketReadQueue,
  }
}

/** The part of subtls that drivers use. */
export interface Subtls {
  startTls(
    host: string,
    roots: unknown,
    networkRead: (bytes: number) => Promise<Uint8Array | undefined>,
    networkWrite: (data: Uint8Array) => unknown,
    options?: StartOptions,
  ): Promise<SubtlsSocket>
  readonly TrustedCert: { databaseFromPEM(pem: string): Promise<unknown> }
  readonly WebSocketReadQueue: typeof WebSocketReadQueue
}

export interface StartOptions {
  /** Whether the name is sent. Default true. */
  readonly useSNI?: boolean
  /** What is sent before the handshake, in one go with it. */
  readonly writePreData?: Uint8Array
  /** What has to come before the handshake. */
  readonly expectPreData?: Uint8Array
}

export interface SubtlsSocket {
  /** What comes next; `undefined` when the peer has ended. Rejected with a `SocketError`. */
  read(): Promise<Uint8Array | undefined>
  /** Done when it is on its way. Its rejection need not be looked at: reading tells, too. */
  write(data: Uint8Array): Promise<void>
  /** The server's certificate; `undefined` where there is none, or the handshake failed. */
  readonly userCert: PathCertificate | undefined
}

/** Bytes of a WebSocket, so many at a time as are asked for; the last ones may be fewer. */
export class WebSocketReadQueue {
  readonly #received = new ByteQueue()
  readonly #changed = new Signal()
  #rest: Uint8Array = new Uint8Array(0)
  #ended = false

  /** @param socket with `binaryType` `'arraybuffer'` */
  constructor(socket: EventSocket) {
    socket.addEventListener('message', ({ data }: { readonly data?: unknown }) => {
      this.#received.push(new Uint8Array(data as ArrayBuffer))
      this.#changed.notify()
    })
    for (const type of ['close', 'error']) {
      socket.addEventListener(type, () => {
        this.#ended = true
        this.#changed.notify()
      })
    }
  }

  async read(bytes: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length + this.#received.length < bytes && !this.#ended) await this.#changed.wait()
    const taken = new Uint8Array(Math.min(bytes, this.#rest.length + this.#received.length))
    for (let offset = 0; offset < taken.length;) {
      if (this.#rest.length === 0) this.#rest = this.#received.shift() as Uint8Array
      const piece = this.#rest.subarray(0, taken.length - offset)
      taken.set(piece, offset)
      offset += piece.length
      this.#rest = this.#rest.subarray(piece.length)
    }
    return taken.length === 0 ? undefined : taken
  }
}

/** What is used of a WebSocket. */
export interface EventSocket {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
}

async function startTls(
  { onSocket, ...options }: SubtlsOptions,
  host: string,
  roots: unknown,
  networkRead: (bytes: number) => Promise<Uint8Array | undefined>,
  networkWrite: (data: Uint8Array) => unknown,
  { useSNI = true, writePreData, expectPreData }: StartOptions = {},
): Promise<SubtlsSocket> {
  const given = typeof roots === 'string' && roots !== '' && options.ca === undefined && options.verifier === undefined
  const trusted = given ? readRoots(roots) : undefined
  const transport =
    trusted instanceof TlsError
      ? Promise.reject(trusted)
      : records(networkRead, networkWrite, writePreData, expectPreData)
  const socket = fromStreams(transport, {
    ...options,
    ...(trusted !== undefined && { ca: trusted instanceof TlsError ? [] : trusted }),
    ...(useSNI ? { sni: host } : { verifyName: host }),
  })
  onSocket?.(socket)
  const reader = socket.readable.getReader()
  const writer = socket.writable.getWriter()
  handled(reader.closed)
  handled(writer.closed)
  const info = await socket.opened.catch(() => undefined)
  const facts = info?.tls.peer?.facts as CertificateFacts<PathCertificate> | undefined
  return {
    read: async () => (await reader.read()).value,
    write: (data) => {
      // A copy: the driver may use its buffer again at once.
      const writing = writer.write(new Uint8Array(data))
      handled(writing)
      return writing
    },
    userCert: facts?.path[0],
  }
}

function readRoots(pem: string): readonly Uint8Array[] | TlsError {
  try {
    return pemCertificates(pem)
  } catch (error) {
    if (error instanceof TlsError) return error
    throw error
  }
}

/** Reads record by record, as what is read from knows how much is wanted only if it is told. */
function records(
  networkRead: (bytes: number) => Promise<Uint8Array | undefined>,
  networkWrite: (data: Uint8Array) => unknown,
  writePreData: Uint8Array | undefined,
  expectPreData: Uint8Array | undefined,
): Transport {
  let before = writePreData
  let expected = expectPreData
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (expected !== undefined) {
          const wanted = expected
          const received = await networkRead(wanted.length)
          expected = undefined
          if (received === undefined || !wanted.every((byte, i) => byte === received[i])) {
            throw new TlsError('ERR_TLS_TRANSPORT', 'the server does not want TLS', { expected: wanted, received })
          }
        }
        const header = await networkRead(recordHeaderLength)
        if (header === undefined) return controller.close()
        controller.enqueue(header)
        const length =
          header.length === recordHeaderLength ? new DataView(header.buffer, header.byteOffset).getUint16(3) : 0
        // One that is too long is refused by its header.
        const fragment = length > 0 && length <= maxFragment ? await networkRead(length) : undefined
        if (fragment !== undefined) controller.enqueue(fragment)
      },
    },
    { highWaterMark: 0 },
  )
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      if (before === undefined) return void (await networkWrite(chunk))
      const joined = new Uint8Array(before.length + chunk.length)
      joined.set(before)
      joined.set(chunk, before.length)
      before = undefined
      await networkWrite(joined)
    },
  })
  return { readable, writable, halfClose: false }
}

const recordHeaderLength = 5

/** TLSCiphertext.length of TLS 1.2, RFC 5246 section 6.2.3. */
const maxFragment = 16_384 + 2048
