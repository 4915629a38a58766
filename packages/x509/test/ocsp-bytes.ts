import { createHash } from 'node:crypto'
import type { TestCertificate } from '@typetls/testing'
import { fromHex } from '@typetls/wire'
import { Certificate } from '../src/certificate.ts'
import { derElement, explicit, integer, objectIdentifier, octetString, sequence } from '@typetls/wire/der'
import { readPublicKey } from '../src/public-key.ts'
import { generalizedTime, signed } from './crl-bytes.ts'

export interface OcspResponseOptions {
  readonly issuer: TestCertificate
  /** Who signs. Default: the issuer. */
  readonly responder?: TestCertificate
  readonly singles: readonly SingleOptions[]
  /** Default `name`. */
  readonly responderId?: 'name' | 'key'
  /** Sent along. Default: none. */
  readonly certificates?: readonly TestCertificate[]
  readonly nonce?: Uint8Array
  readonly extensions?: readonly Uint8Array[]
  readonly faults?: readonly 'wrong-signature'[]
}

export interface SingleOptions {
  readonly certificate: TestCertificate
  /** Default `good`. */
  readonly status?: 'good' | 'unknown' | { readonly revokedOn: Date; readonly reason?: number }
  /** Default 2026-11-20. */
  readonly thisUpdate?: Date
  /** Default 2026-11-27. `null`: none. */
  readonly nextUpdate?: Date | null
  /** Default `sha1`. */
  readonly hash?: 'sha1' | 'sha256'
  readonly extensions?: readonly Uint8Array[]
}

/** An OCSPResponse, DER: successful. */
export function makeOcspResponse(options: OcspResponseOptions): Uint8Array {
  return successful(makeBasic(options))
}

export function makeBasic(options: OcspResponseOptions): Uint8Array {
  const { issuer, responder = issuer, certificates = [], nonce, responderId = 'name' } = options
  const id =
    responderId === 'name'
      ? derElement(explicit(1), responder.subjectDer)
      : derElement(explicit(2), derElement(octetString, keyHash(responder.spki, 'sha1')))
  const extensions = [...(nonce === undefined ? [] : [nonceExtension(nonce)]), ...(options.extensions ?? [])]
  const tbs = derElement(
    sequence,
    id,
    generalizedTime(new Date('2026-11-20T00:00:00Z')),
    derElement(sequence, ...options.singles.map((single) => makeSingle(single, issuer))),
    ...(extensions.length === 0 ? [] : [derElement(explicit(1), derElement(sequence, ...extensions))]),
  )
  const basic = signed(tbs, responder, options.faults?.includes('wrong-signature'))
  if (certificates.length === 0) return basic
  const list = derElement(sequence, ...certificates.map(({ certificate }) => certificate))
  return derElement(sequence, contentOf(basic), derElement(explicit(0), list))
}

export function successful(basic: Uint8Array): Uint8Array {
  const type = derElement(objectIdentifier, fromHex('2b0601050507300101'))
  const bytes = derElement(sequence, type, derElement(octetString, basic))
  return derElement(sequence, derElement(0x0a, Uint8Array.of(0)), derElement(explicit(0), bytes))
}

/** An OCSPResponse without anything but its status. */
export function failed(status: number): Uint8Array {
  return derElement(sequence, derElement(0x0a, Uint8Array.of(status)))
}

export function nonceExtension(nonce: Uint8Array): Uint8Array {
  const id = derElement(objectIdentifier, fromHex('2b0601050507300102'))
  return derElement(sequence, id, derElement(octetString, derElement(octetString, nonce)))
}

function makeSingle(options: SingleOptions, issuer: TestCertificate): Uint8Array {
  const { certificate, status = 'good', hash = 'sha1', extensions = [] } = options
  const { thisUpdate = new Date('2026-11-20T00:00:00Z') } = options
  const nextUpdate = options.nextUpdate === undefined ? new Date('2026-11-27T00:00:00Z') : options.nextUpdate
  const certId = derElement(
    sequence,
    derElement(sequence, derElement(objectIdentifier, hashIds[hash]), Uint8Array.of(5, 0)),
    derElement(octetString, digest(issuer.subjectDer, hash)),
    derElement(octetString, keyHash(issuer.spki, hash)),
    derElement(integer, Certificate.parse(certificate.certificate).serialNumber),
  )
  return derElement(
    sequence,
    certId,
    typeof status === 'object'
      ? derElement(
          explicit(1),
          generalizedTime(status.revokedOn),
          ...(status.reason === undefined
            ? []
            : [derElement(explicit(0), derElement(0x0a, Uint8Array.of(status.reason)))]),
        )
      : Uint8Array.of(status === 'good' ? 0x80 : 0x82, 0),
    generalizedTime(thisUpdate),
    ...(nextUpdate === null ? [] : [derElement(explicit(0), generalizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [derElement(explicit(1), derElement(sequence, ...extensions))]),
  )
}

function keyHash(spki: Uint8Array, hash: string): Uint8Array {
  return digest(readPublicKey(spki).keyBytes, hash)
}

function digest(data: Uint8Array, hash: string): Uint8Array {
  return new Uint8Array(createHash(hash).update(data).digest())
}

/** The content of a SEQUENCE of up to 65,535 bytes. */
function contentOf(element: Uint8Array): Uint8Array {
  const first = element[1] as number
  return element.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f))
}

const hashIds = { sha1: fromHex('2b0e03021a'), sha256: fromHex('608648016503040201') } as const
