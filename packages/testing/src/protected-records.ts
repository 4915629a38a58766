import type { CipherGCM, CipherGCMTypes, DecipherGCM } from 'node:crypto'
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import { ascii, concat } from '@typetls/wire'
import { contentType, record } from './records.ts'

/**
 * One direction's TLS 1.3 record protection, written a second time for tests: on `node:crypto` alone, able to write
 * what our own record layer never would. https://www.rfc-editor.org/rfc/rfc9846#section-5.2
 */
export interface RecordProtector {
  /** The number of the next record that is sealed. */
  sequence: number
  /** Seals the next record. */
  seal(type: number, content: Uint8Array, options?: SealOptions): Uint8Array
  /** What is in a record (header first) of that number; `undefined` when it is not authentic. */
  open(record: Uint8Array, sequence: number): OpenedRecord | undefined
}

export interface SealOptions {
  /** Zeros behind the content type, default 0. */
  readonly padding?: number
  /** The outer type, default application_data (23). */
  readonly outerType?: number
  /** legacy_record_version, default 0x0303. */
  readonly version?: number
  /** The whole TLSInnerPlaintext, in place of content, type and padding. */
  readonly inner?: Uint8Array
  /** Flip a bit of the tag. */
  readonly corrupt?: boolean
}

export interface OpenedRecord {
  /** The type behind the content; 0 when there is none, which is illegal. */
  readonly type: number
  readonly content: Uint8Array
  /** How many zeros stood behind the type. */
  readonly padding: number
}

/** The key and IV that a traffic secret of this suite stands for. */
export function protectorOf(suite: number, trafficSecret: Uint8Array): RecordProtector {
  const { cipher, hash, keyLength, tagLength } = suiteOf(suite)
  const key = expandLabel(hash, trafficSecret, 'key', new Uint8Array(), keyLength)
  const iv = expandLabel(hash, trafficSecret, 'iv', new Uint8Array(), 12)
  // The types of node:crypto know one of the modes that take authTagLength; all of ours do.
  const name = cipher as CipherGCMTypes
  const options = { authTagLength: tagLength }
  return {
    sequence: 0,
    seal(type, content, { padding = 0, outerType = contentType.application_data, version, inner, corrupt } = {}) {
      const plaintext = inner ?? concat(content, Uint8Array.of(type), new Uint8Array(padding))
      const empty = record(outerType, new Uint8Array(), {
        length: plaintext.length + tagLength,
        ...(version === undefined ? {} : { version }),
      })
      const sealer: CipherGCM = createCipheriv(name, key, nonceOf(iv, this.sequence++), options)
      sealer.setAAD(empty, { plaintextLength: plaintext.length })
      const ciphertext = concat(sealer.update(plaintext), sealer.final())
      const tag = new Uint8Array(sealer.getAuthTag())
      if (corrupt === true) tag[0] = (tag[0] as number) ^ 1
      return concat(empty, ciphertext, tag)
    },
    open(sealed, sequence) {
      const header = sealed.subarray(0, 5)
      const ciphertext = sealed.subarray(5, -tagLength)
      const opener: DecipherGCM = createDecipheriv(name, key, nonceOf(iv, sequence), options)
      try {
        opener.setAAD(header, { plaintextLength: ciphertext.length }).setAuthTag(sealed.subarray(-tagLength))
        return innerOf(concat(opener.update(ciphertext), opener.final()))
      } catch {
        return undefined
      }
    },
  }
}

/** The traffic secret that follows after a KeyUpdate. https://www.rfc-editor.org/rfc/rfc9846#section-7.2 */
export function nextTrafficSecret(suite: number, trafficSecret: Uint8Array): Uint8Array {
  const { hash } = suiteOf(suite)
  return expandLabel(hash, trafficSecret, 'traffic upd', new Uint8Array(), trafficSecret.length)
}

/** The verify_data over a transcript. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3 */
export function finishedVerifyData(suite: number, trafficSecret: Uint8Array, transcript: Uint8Array): Uint8Array {
  const { hash } = suiteOf(suite)
  const finishedKey = expandLabel(hash, trafficSecret, 'finished', new Uint8Array(), trafficSecret.length)
  return new Uint8Array(createHmac(hash, finishedKey).update(digestOf(suite, transcript)).digest())
}

/** A hash with the suite's algorithm. */
export function digestOf(suite: number, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(suiteOf(suite).hash).update(data).digest())
}

function suiteOf(id: number): (typeof suites)[number] {
  const row = suites.find((one) => one.id === id)
  if (row === undefined) throw new RangeError(`0x${id.toString(16)} is no suite of TLS 1.3 that is known here`)
  return row
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-7.1 */
function expandLabel(hash: string, secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
  const name = ascii(`tls13 ${label}`)
  const info = concat(Uint8Array.of(length >>> 8, length, name.length), name, Uint8Array.of(context.length), context)
  let output: Uint8Array = new Uint8Array()
  let block: Uint8Array = new Uint8Array()
  for (let counter = 1; output.length < length; counter++) {
    block = createHmac(hash, secret).update(block).update(info).update(Uint8Array.of(counter)).digest()
    output = concat(output, block)
  }
  return output.slice(0, length)
}

function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = iv.slice()
  const view = new DataView(nonce.buffer)
  view.setBigUint64(4, view.getBigUint64(4) ^ BigInt(sequence))
  return nonce
}

function innerOf(plaintext: Uint8Array): OpenedRecord {
  let end = plaintext.length
  while (end > 0 && plaintext[end - 1] === 0) end--
  return {
    type: plaintext[end - 1] ?? 0,
    content: plaintext.subarray(0, Math.max(0, end - 1)),
    padding: plaintext.length - end,
  }
}

const suites = [
  { id: 0x1301, cipher: 'aes-128-gcm', hash: 'sha256', keyLength: 16, tagLength: 16 },
  { id: 0x1302, cipher: 'aes-256-gcm', hash: 'sha384', keyLength: 32, tagLength: 16 },
  { id: 0x1303, cipher: 'chacha20-poly1305', hash: 'sha256', keyLength: 32, tagLength: 16 },
  { id: 0x1304, cipher: 'aes-128-ccm', hash: 'sha256', keyLength: 16, tagLength: 16 },
  { id: 0x1305, cipher: 'aes-128-ccm', hash: 'sha256', keyLength: 16, tagLength: 8 },
] as const
