import type { Answer, Mode } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { derFromBer, joinedOctets } from './ber.ts'
import {
  DerReader,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  objectIdentifierText,
  octetString,
  sequence,
  set,
} from '@typetls/wire/der'
import { decryptPkcs8 } from './encrypted-key.ts'
import type { PassphraseOptions } from './passphrase.ts'
import { PassphraseWork, passphraseRequired } from './passphrase.ts'
import { decryptWithPassphrase } from './pbes2.ts'
import { identitiesOf } from './pkcs12-identities.ts'
import { checkMac } from './pkcs12-mac.ts'
import { toPkcs8 } from './private-key.ts'
import type { Program } from './program.ts'
import { run } from './program.ts'

export type { LegacyEncryption, PassphraseOptions } from './passphrase.ts'

/** What a PKCS#12 file (`.p12`, `.pfx`) holds. */
export interface Pkcs12 {
  readonly keys: readonly Pkcs12Key[]
  readonly certificates: readonly Pkcs12Certificate[]
  /** Each key with its certificate and what leads from there to a root, as far as it is in the file. */
  readonly identities: readonly Pkcs12Identity[]
  /** Whether the file has a MAC; if so, it was checked. */
  readonly authenticated: boolean
}

export interface Pkcs12Key extends Pkcs12Attributes {
  /** PKCS#8, DER: a copy that the caller owns and should overwrite after use. */
  readonly pkcs8: Uint8Array
}

export interface Pkcs12Certificate extends Pkcs12Attributes {
  readonly der: Uint8Array
  /** Marked as a trust anchor, as Java does in trust stores. */
  readonly trusted: boolean
}

export interface Pkcs12Identity {
  readonly key: Pkcs12Key
  /** Leaf first. */
  readonly certificates: readonly Pkcs12Certificate[]
}

export interface Pkcs12Attributes {
  readonly friendlyName: string | undefined
  /** The same for a key and its certificate. */
  readonly localKeyId: Uint8Array | undefined
}

/**
 * Reads a PKCS#12 file: keys and certificates, encrypted by PBES2 or in the clear, under a MAC of PKCS#12's own kind or
 * PBMAC1 (RFC 9579). Secret bags and revocation lists are skipped; what is signed or encrypted with public keys is refused.
 * With a synchronous backend the answer is there at once, otherwise promised.
 *
 * https://www.rfc-editor.org/rfc/rfc7292
 *
 * @param file at most 16 MiB
 * @throws TlsError all internal_error; as a rejection where the backend answers later:
 *   `ERR_TLS_PASSPHRASE`: it is wrong, or the file was changed;
 *   `ERR_TLS_PASSPHRASE_REQUIRED`: there is none, and the file needs one (some need the empty one);
 *   `ERR_TLS_UNSUPPORTED`: encrypted or authenticated in a way that is not read, or not allowed;
 *   `ERR_TLS_KEY_DERIVATION_LIMIT`: more work than `maxIterations`;
 *   `ERR_TLS_KEY_PARSE`: not a PKCS#12 file
 *
 * @example
 * ```ts no-run
 * import { readFileSync } from 'node:fs'
 * import { nodeCrypto, nodePasswordCrypto } from '@typetls/crypto-node'
 * import { createCredential } from '@typetls/x509'
 * import { readPkcs12 } from '@typetls/x509/pkcs12'
 *
 * const file = readPkcs12(readFileSync('server.p12'), { passphrase: 'open sesame', crypto: nodePasswordCrypto })
 * const credentials = file.identities.map(({ key, certificates }) =>
 *   createCredential({ certificates: certificates.map(({ der }) => der), privateKey: key.pkcs8, provider: nodeCrypto }),
 * )
 * ```
 */
export function readPkcs12<M extends Mode>(file: Uint8Array, options: PassphraseOptions<M>): Answer<M, Pkcs12> {
  return run(read(file, options)) as Answer<M, Pkcs12>
}

function* read(file: Uint8Array, options: PassphraseOptions): Program<Pkcs12> {
  if (file.length > maxLength) throw new TlsError('ERR_TLS_KEY_PARSE', 'a PKCS#12 file above 16 MiB is not read')
  const pfx = new DerReader(derFromBer(file, 'ERR_TLS_KEY_PARSE', 'PFX'), 'ERR_TLS_KEY_PARSE').enter(sequence, 'PFX')
  const version = pfx.content(integer, 'version')
  if (version.length !== 1 || version[0] !== 3) pfx.fail('is not 3', 'version')
  const safe = contentInfo(pfx, 'authSafe')
  if (safe.type !== data) return notRead('is authenticated with', safe.type)
  const contents = safe.reader.content(octetString, 'content')
  const macData = pfx.peek() === undefined ? undefined : pfx.element(sequence, 'macData')
  pfx.finish()

  const work = new PassphraseWork(options)
  const bags: Bags = { keys: [], certificates: [] }
  try {
    if (macData !== undefined) yield* checkMac(work, macData, contents)
    const infos = readerOf(contents, 'AuthenticatedSafe')
    for (let i = 0; infos.peek() !== undefined; i++) yield* readSafe(work, contentInfo(infos, i), bags)
  } catch (error) {
    for (const { pkcs8 } of bags.keys) pkcs8.fill(0)
    throw error
  } finally {
    work.dispose()
  }
  return { ...bags, identities: identitiesOf(bags.keys, bags.certificates), authenticated: macData !== undefined }
}

interface Bags {
  readonly keys: Pkcs12Key[]
  readonly certificates: Pkcs12Certificate[]
}

/** A ContentInfo: its type, and a reader before its content. https://www.rfc-editor.org/rfc/rfc5652#section-3 */
function contentInfo(parent: DerReader, step: string | number): { readonly type: string; readonly reader: DerReader } {
  const info = parent.enter(sequence, step)
  const type = objectIdentifierText(info.content(objectIdentifier, 'contentType'))
  const reader = info.enter(explicit(0), 'content')
  info.finish()
  return { type, reader }
}

function* readSafe(
  work: PassphraseWork,
  { type, reader }: { readonly type: string; readonly reader: DerReader },
  bags: Bags,
): Program<void> {
  if (type === data) return yield* readBags(work, readerOf(reader.content(octetString, ''), 'SafeContents'), bags, 0)
  if (type !== encryptedData) return notRead('has contents of the type', type)
  const encrypted = reader.enter(sequence, 'EncryptedData')
  encrypted.content(integer, 'version')
  const info = encrypted.enter(sequence, 'encryptedContentInfo')
  info.content(objectIdentifier, 'contentType')
  const algorithm = info.element(sequence, 'contentEncryptionAlgorithm')
  const ciphertext = encryptedContent(info)
  if (!work.given) return passphraseRequired()
  const plaintext = yield* decryptWithPassphrase(work, algorithm, ciphertext, 'PKCS#12 file')
  yield* readBags(work, readerOf(plaintext, 'SafeContents'), bags, 0)
}

/** `[0] IMPLICIT OCTET STRING`, in pieces where it was streamed. */
function encryptedContent(info: DerReader): Uint8Array {
  if (info.peek() !== explicit(0)) return info.content(implicit(0), 'encryptedContent')
  const list = info.enter(explicit(0), 'encryptedContent')
  const pieces: Uint8Array[] = []
  while (list.peek() !== undefined) pieces.push(list.element(octetString, pieces.length))
  return joinedOctets(pieces, { code: 'ERR_TLS_KEY_PARSE', path: list.path })
}

/** SafeContents. https://www.rfc-editor.org/rfc/rfc7292#section-4.2 */
function* readBags(work: PassphraseWork, contents: DerReader, bags: Bags, depth: number): Program<void> {
  if (depth > maxDepth) contents.fail(`is nested deeper than ${maxDepth}`)
  for (let i = 0; contents.peek() !== undefined; i++) {
    const bag = contents.enter(sequence, i)
    const type = objectIdentifierText(bag.content(objectIdentifier, 'bagId'))
    const value = bag.enter(explicit(0), 'bagValue')
    const attributes = bag.peek() === set ? readAttributes(bag) : noAttributes
    bag.finish()
    switch (type) {
      case `${bagTypes}.1`:
        bags.keys.push({ pkcs8: toPkcs8(value.element(sequence, '')), ...named(attributes) })
        break
      case `${bagTypes}.2`:
        bags.keys.push({ pkcs8: yield* decryptPkcs8(work, value.element(sequence, '')), ...named(attributes) })
        break
      case `${bagTypes}.3`: {
        const der = readCertificate(value)
        if (der !== undefined) bags.certificates.push({ der, trusted: attributes.trusted, ...named(attributes) })
        break
      }
      case `${bagTypes}.6`:
        yield* readBags(work, value.enter(sequence, 'SafeContents'), bags, depth + 1)
    }
  }
}

/** CertBag; `undefined` for SDSI. https://www.rfc-editor.org/rfc/rfc7292#section-4.2.3 */
function readCertificate(value: DerReader): Uint8Array | undefined {
  const bag = value.enter(sequence, 'CertBag')
  if (objectIdentifierText(bag.content(objectIdentifier, 'certId')) !== x509Certificate) return undefined
  return bag.enter(explicit(0), 'certValue').content(octetString, '').slice()
}

interface Attributes extends Pkcs12Attributes {
  readonly trusted: boolean
}

function readAttributes(bag: DerReader): Attributes {
  const attributes = { ...noAttributes }
  const list = bag.enter(set, 'bagAttributes')
  for (let i = 0; list.peek() !== undefined; i++) {
    const attribute = list.enter(sequence, i)
    const type = objectIdentifierText(attribute.content(objectIdentifier, 'attrId'))
    const values = attribute.enter(set, 'attrValues')
    if (type === friendlyName) attributes.friendlyName = utf16Text(values.content(bmpString, 0))
    else if (type === localKeyId) attributes.localKeyId = values.content(octetString, 0).slice()
    else if (type === trustedKeyUsage) attributes.trusted = true
  }
  return attributes
}

const noAttributes: { -readonly [Name in keyof Attributes]: Attributes[Name] } = {
  friendlyName: undefined,
  localKeyId: undefined,
  trusted: false,
}

function named({ friendlyName, localKeyId }: Attributes): Pkcs12Attributes {
  return { friendlyName, localKeyId }
}

function utf16Text(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    text += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number))
  }
  return text
}

/** A reader over the SEQUENCE OF that `ber` is. */
function readerOf(ber: Uint8Array, path: string): DerReader {
  return new DerReader(derFromBer(ber, 'ERR_TLS_KEY_PARSE', path), 'ERR_TLS_KEY_PARSE').enter(sequence, path)
}

function notRead(problem: string, oid: string): never {
  throw new TlsError('ERR_TLS_UNSUPPORTED', `the PKCS#12 file ${problem} ${oid}, which is not read`, { received: oid })
}

const data = '1.2.840.113549.1.7.1'
const encryptedData = '1.2.840.113549.1.7.6'
const bagTypes = '1.2.840.113549.1.12.10.1'
const x509Certificate = '1.2.840.113549.1.9.22.1'
const friendlyName = '1.2.840.113549.1.9.20'
const localKeyId = '1.2.840.113549.1.9.21'
/** Of Java: ORACLE_TRUSTED_KEY_USAGE. */
const trustedKeyUsage = '2.16.840.1.113894.746875.1.1'

/** Identifier octet of BMPString. */
const bmpString = 0x1e

/** Bytes. A trust store of 150 roots takes 200 kB. */
const maxLength = 16 * 1024 * 1024

/** Of SafeContents within SafeContents: nobody nests them. */
const maxDepth = 4
