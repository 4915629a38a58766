import type { CipherGCMTypes } from 'node:crypto'
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ascii, concat } from '@typetls/wire'
import { record } from './records.ts'

/**
 * One direction's TLS 1.2 record protection, written a second time for tests: on `node:crypto` alone, able to write
 * what our own record layer never would. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3
 */
export interface Tls12Protector {
  /** The number of the next record that is sealed. */
  sequence: number
  /** Seals the next record. */
  seal(type: number, content: Uint8Array, options?: Tls12SealOptions): Uint8Array
  /** The content of a record (header first) of that number; `undefined` when it is not authentic. */
  open(record: Uint8Array, sequence: number): Uint8Array | undefined
}

export interface Tls12SealOptions {
  /** Of the header, default 0x0303. The authenticated one is always that. */
  readonly version?: number
  /** Of the header, default the authenticated one. */
  readonly outerType?: number
  /** Flip a bit of the tag or MAC. */
  readonly corrupt?: boolean
  /** CBC: how many bytes more of padding than needed, in blocks of 16; default 0. */
  readonly morePadding?: number
  /** CBC: what to do with the padding, its length byte included. */
  readonly padding?: (padding: Uint8Array) => Uint8Array
}

/** What both sides of a connection protect with. CBC is MAC-then-encrypt. */
export function tls12Protectors(
  suite: number,
  main: Uint8Array,
  { client, server }: { readonly client: Uint8Array; readonly server: Uint8Array },
): { readonly client: Tls12Protector; readonly server: Tls12Protector } {
  const { cipher, hash, mac, keyLength } = suiteOf(suite)
  const macLength = mac === undefined ? 0 : createHash(mac).digest().length
  const ivLength = mac === undefined ? saltLength : 0
  let rest = tls12Prf(hash, main, 'key expansion', concat(server, client), 2 * (macLength + keyLength + ivLength))
  const take = (length: number): Uint8Array => {
    const taken = rest.subarray(0, length)
    rest = rest.subarray(length)
    return taken
  }
  const [macKeys, keys, ivs] = [macLength, keyLength, ivLength].map((length) => [take(length), take(length)] as const)
  const of = (index: 0 | 1): Tls12Protector => {
    const key = keys?.[index] as Uint8Array
    return mac === undefined
      ? gcmProtector(cipher as CipherGCMTypes, key, ivs?.[index] as Uint8Array)
      : cbcProtector(cipher, key, mac, macKeys?.[index] as Uint8Array)
  }
  return { client: of(0), server: of(1) }
}

/** The main secret, from the handshake up to ClientKeyExchange or from the randoms. https://www.rfc-editor.org/rfc/rfc7627#section-4 */
export function tls12MainSecret(
  suite: number,
  premaster: Uint8Array,
  from: { readonly transcript: Uint8Array } | { readonly client: Uint8Array; readonly server: Uint8Array },
): Uint8Array {
  const { hash } = suiteOf(suite)
  return 'transcript' in from
    ? tls12Prf(hash, premaster, 'extended master secret', digest(hash, from.transcript), 48)
    : tls12Prf(hash, premaster, 'master secret', concat(from.client, from.server), 48)
}

/** https://www.rfc-editor.org/rfc/rfc5246#section-7.4.9 */
export function tls12VerifyData(
  suite: number,
  main: Uint8Array,
  from: 'client' | 'server',
  transcript: Uint8Array,
): Uint8Array {
  const { hash } = suiteOf(suite)
  return tls12Prf(hash, main, `${from} finished`, digest(hash, transcript), 12)
}

function gcmProtector(cipher: CipherGCMTypes, key: Uint8Array, salt: Uint8Array): Tls12Protector {
  return {
    sequence: 0,
    seal(type, content, { version, outerType = type, corrupt } = {}) {
      const number = sequenceBytes(this.sequence++)
      const sealer = createCipheriv(cipher, key, concat(salt, number))
      sealer.setAAD(pseudoHeader(number, type, content.length))
      const ciphertext = concat(sealer.update(content), sealer.final())
      const tag = new Uint8Array(sealer.getAuthTag())
      if (corrupt === true) tag[0] = (tag[0] as number) ^ 1
      return record(outerType, concat(number, ciphertext, tag), version === undefined ? {} : { version })
    },
    open(sealed, sequence) {
      const body = sealed.subarray(5)
      const ciphertext = body.subarray(8, -tagLength)
      const opener = createDecipheriv(cipher, key, concat(salt, body.subarray(0, 8)))
      opener.setAAD(pseudoHeader(sequenceBytes(sequence), sealed[0] as number, ciphertext.length))
      opener.setAuthTag(body.subarray(-tagLength))
      try {
        return concat(opener.update(ciphertext), opener.final())
      } catch {
        return undefined
      }
    },
  }
}

function cbcProtector(cipher: string, key: Uint8Array, mac: string, macKey: Uint8Array): Tls12Protector {
  const macOf = (sequence: number, type: number, content: Uint8Array): Uint8Array => {
    const header = pseudoHeader(sequenceBytes(sequence), type, content.length)
    return new Uint8Array(createHmac(mac, macKey).update(header).update(content).digest())
  }
  return {
    sequence: 0,
    seal(
      type,
      content,
      { version, outerType = type, corrupt, morePadding = 0, padding = (bytes: Uint8Array) => bytes } = {},
    ) {
      const code = macOf(this.sequence++, type, content)
      if (corrupt === true) code[0] = (code[0] as number) ^ 1
      const length = blockLength - ((content.length + code.length) % blockLength) + blockLength * morePadding
      const iv = randomBytes(blockLength)
      const sealer = createCipheriv(cipher, key, iv).setAutoPadding(false)
      const plaintext = concat(content, code, padding(new Uint8Array(length).fill(length - 1)))
      const body = concat(iv, sealer.update(plaintext), sealer.final())
      return record(outerType, body, version === undefined ? {} : { version })
    },
    open(sealed, sequence) {
      const body = sealed.subarray(5)
      const opener = createDecipheriv(cipher, key, body.subarray(0, blockLength)).setAutoPadding(false)
      const plaintext = concat(opener.update(body.subarray(blockLength)), opener.final())
      const unpadded = plaintext.subarray(0, -((plaintext.at(-1) as number) + 1))
      const { length } = createHash(mac).digest()
      const content = unpadded.slice(0, -length)
      const fits = timingSafeEqual(unpadded.subarray(-length), macOf(sequence, sealed[0] as number, content))
      return fits ? content : undefined
    },
  }
}

/** https://www.rfc-editor.org/rfc/rfc5246#section-5 */
function tls12Prf(hash: string, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const labelled = concat(ascii(label), seed)
  const hmac = (data: Uint8Array): Uint8Array => new Uint8Array(createHmac(hash, secret).update(data).digest())
  let output: Uint8Array = new Uint8Array()
  for (let a = hmac(labelled); output.length < length; a = hmac(a)) output = concat(output, hmac(concat(a, labelled)))
  return output.slice(0, length)
}

function digest(hash: string, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash).update(data).digest())
}

function pseudoHeader(sequence: Uint8Array, type: number, length: number): Uint8Array {
  return concat(sequence, Uint8Array.of(type, 3, 3, length >>> 8, length))
}

function sequenceBytes(sequence: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(sequence))
  return bytes
}

function suiteOf(id: number): Suite {
  const row = suites.find((one) => one.ids.includes(id))
  if (row === undefined) throw new RangeError(`0x${id.toString(16)} is no suite of TLS 1.2 that is known here`)
  return row
}

interface Suite {
  /** With ECDSA, with RSA, and by static RSA. */
  readonly ids: readonly number[]
  readonly cipher: string
  /** Of the PRF. */
  readonly hash: string
  /** Of the MAC; `undefined`: an AEAD. */
  readonly mac: string | undefined
  readonly keyLength: number
}

const suites: readonly Suite[] = [
  { ids: [0xc02b, 0xc02f, 0x009c], cipher: 'aes-128-gcm', hash: 'sha256', mac: undefined, keyLength: 16 },
  { ids: [0xc02c, 0xc030], cipher: 'aes-256-gcm', hash: 'sha384', mac: undefined, keyLength: 32 },
  { ids: [0xc009, 0xc013], cipher: 'aes-128-cbc', hash: 'sha256', mac: 'sha1', keyLength: 16 },
  { ids: [0xc023, 0xc027], cipher: 'aes-128-cbc', hash: 'sha256', mac: 'sha256', keyLength: 16 },
]

const saltLength = 4
const tagLength = 16
const blockLength = 16
