import type { Answer, Hash, Listed, Mode } from '@typetls/crypto-provider'
import { ascii, concat, equalBytes, TlsError } from '@typetls/wire'
import { utf16Bytes, wrongPassphrase } from './passphrase.ts'
import type { Program } from './program.ts'
import { run, wait } from './program.ts'

/** What a Java KeyStore of type JKS holds, without its private keys: those are under a cipher of its own. */
export interface Jks {
  readonly entries: readonly JksEntry[]
  /** Whether the digest at the end was compared; it is when there is a password. */
  readonly checked: boolean
}

export interface JksEntry {
  readonly alias: string
  /** Milliseconds since 1970. */
  readonly created: number
  /** Whether it is a trust anchor; otherwise it is the chain of a private key, which is skipped. */
  readonly trusted: boolean
  /** DER; one if trusted, else leaf first. */
  readonly certificates: readonly Uint8Array[]
}

export interface JksOptions<M extends Mode = Mode> {
  /** Default: the file is read without checking that it is whole, as Java does when it has none. */
  readonly password?: string | undefined
  /** A provider, or anything else with `sha1` in its list of hashes. */
  readonly crypto: { readonly hash: Listed<Hash<M>> }
}

/**
 * Reads a trust store of Java in its old format; newer ones are PKCS#12, see `@typetls/x509/pkcs12`.
 *
 * @param file at most 16 MiB
 * @throws TlsError as a rejection where the backend answers later:
 *   `ERR_TLS_PASSPHRASE` (internal_error): the password is wrong, or the file was changed;
 *   `ERR_TLS_UNSUPPORTED` (internal_error): JCEKS, or a backend without SHA-1;
 *   `ERR_TLS_CERTIFICATE_PARSE` (decode_error): not a JKS file
 *
 * @example
 * ```ts no-run
 * import { readFileSync } from 'node:fs'
 * import { nodeCrypto } from '@typetls/crypto-node'
 * import { createVerifier } from '@typetls/x509'
 * import { readJks } from '@typetls/x509/jks'
 *
 * const { entries } = readJks(readFileSync('cacerts'), { password: 'changeit', crypto: nodeCrypto })
 * const trustAnchors = entries.filter(({ trusted }) => trusted).flatMap(({ certificates }) => certificates)
 * const verifier = createVerifier({ trustAnchors })
 * ```
 */
export function readJks<M extends Mode>(file: Uint8Array, options: JksOptions<M>): Answer<M, Jks> {
  return run(read(file, options)) as Answer<M, Jks>
}

function* read(file: Uint8Array, { password, crypto }: JksOptions): Program<Jks> {
  const cursor = new Cursor(file)
  const magic = cursor.uint32()
  if (magic === jceks) throw new TlsError('ERR_TLS_UNSUPPORTED', 'JCEKS is not read: convert it to PKCS#12')
  if (file[0] === 0x30) cursor.fail('looks like PKCS#12: readPkcs12 of @typetls/x509/pkcs12 reads it')
  if (magic !== jks) cursor.fail('is not a JKS file')
  const version = cursor.uint32()
  if (version !== 1 && version !== 2) cursor.fail(`has the unknown version ${version}`)
  const count = cursor.uint32()
  const entries: JksEntry[] = []
  // An entry has at least 18 bytes: a count that the file cannot hold ends it early.
  for (let i = 0; i < count; i++) entries.push(readEntry(cursor, version))
  const end = cursor.offset
  const digest = cursor.bytes(digestLength)
  if (cursor.offset !== file.length) cursor.fail('has bytes left over')

  if (password === undefined) return { entries, checked: false }
  const sha1 = crypto.hash['sha1']
  if (sha1 === undefined) throw new TlsError('ERR_TLS_UNSUPPORTED', 'the provider has no sha1, which JKS needs')
  const actual = yield* wait(sha1.digest(concat(utf16Bytes(password), whitener, file.subarray(0, end))))
  if (!equalBytes(actual, digest)) throw wrongPassphrase('JKS file')
  return { entries, checked: true }
}

function readEntry(cursor: Cursor, version: number): JksEntry {
  const tag = cursor.uint32()
  if (tag !== privateKeyEntry && tag !== trustedEntry) cursor.fail(`has an entry of the unknown kind ${tag}`)
  const alias = cursor.text()
  const created = cursor.uint32() * 2 ** 32 + cursor.uint32()
  const trusted = tag === trustedEntry
  if (!trusted) cursor.bytes(cursor.uint32())
  const count = trusted ? 1 : cursor.uint32()
  const certificates: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const type = version === 2 ? cursor.text() : 'X.509'
    const der = cursor.bytes(cursor.uint32())
    if (type === 'X.509') certificates.push(Uint8Array.from(der))
  }
  return { alias, created, trusted, certificates }
}

class Cursor {
  readonly #file: Uint8Array
  readonly #view: DataView
  offset = 0

  constructor(file: Uint8Array) {
    if (file.length > maxLength) throw new TlsError('ERR_TLS_CERTIFICATE_PARSE', 'a JKS file above 16 MiB is not read')
    this.#file = file
    this.#view = new DataView(file.buffer, file.byteOffset, file.length)
  }

  uint32(): number {
    this.bytes(4)
    return this.#view.getUint32(this.offset - 4)
  }

  bytes(length: number): Uint8Array {
    if (length > this.#file.length - this.offset) this.fail('ends too early')
    this.offset += length
    return this.#file.subarray(this.offset - length, this.offset)
  }

  /** Java's UTF-8, which differs from the real one for NUL and beyond U+FFFF only. */
  text(): string {
    this.bytes(2)
    return new TextDecoder().decode(this.bytes(this.#view.getUint16(this.offset - 2)))
  }

  fail(problem: string): never {
    throw new TlsError('ERR_TLS_CERTIFICATE_PARSE', `the JKS file ${problem} (at byte ${this.offset})`)
  }
}

const jks = 0xfeedfeed
const jceks = 0xcececece
const privateKeyEntry = 1
const trustedEntry = 2
const digestLength = 20

/** What Java puts between password and file. */
const whitener = /* @__PURE__ */ ascii('Mighty Aphrodite')

/** Bytes. */
const maxLength = 16 * 1024 * 1024
