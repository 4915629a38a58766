import { sign } from 'node:crypto'
import type { TestCertificate } from '@typetls/testing'
import { concat, fromHex } from '@typetls/wire'
import { Certificate } from '../src/certificate.ts'
import {
  bitString,
  boolean,
  derElement,
  explicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
} from '@typetls/wire/der'

export interface CrlOptions {
  /** Who signs; its subject is the issuer. A P-256 key. */
  readonly issuer: TestCertificate
  readonly revoked?: readonly CrlEntry[]
  /** Default 2026-11-01. */
  readonly thisUpdate?: Date
  /** Default 2026-12-01. `null`: none. */
  readonly nextUpdate?: Date | null
  /** Default 1. */
  readonly number?: number
  readonly deltaBase?: number
  /** The value of issuingDistributionPoint, DER. */
  readonly scope?: Uint8Array
  readonly extensions?: readonly Uint8Array[]
  readonly faults?: readonly ('wrong-signature' | 'no-number')[]
}

export interface CrlEntry {
  readonly certificate: TestCertificate
  readonly date?: Date
  /** The number of a CRLReason. */
  readonly reason?: number
  readonly extensions?: readonly Uint8Array[]
}

/** A CertificateList, DER, version 2. */
export function makeCrl(options: CrlOptions): Uint8Array {
  const { issuer, revoked = [], thisUpdate = new Date('2026-11-01T00:00:00Z'), faults = [] } = options
  const nextUpdate = options.nextUpdate === undefined ? new Date('2026-12-01T00:00:00Z') : options.nextUpdate
  const entries = revoked.map(({ certificate, date = new Date('2026-10-01T00:00:00Z'), reason, extensions = [] }) => {
    const all = [
      ...(reason === undefined ? [] : [extension('551d15', false, derElement(0x0a, Uint8Array.of(reason)))]),
      ...extensions,
    ]
    const serial = derElement(integer, Certificate.parse(certificate.certificate).serialNumber)
    return derElement(sequence, serial, utcTime(date), ...(all.length === 0 ? [] : [derElement(sequence, ...all)]))
  })
  const extensions = [
    ...(faults.includes('no-number') ? [] : [extension('551d14', false, number(options.number ?? 1))]),
    ...(options.deltaBase === undefined ? [] : [extension('551d1b', true, number(options.deltaBase))]),
    ...(options.scope === undefined ? [] : [extension('551d1c', true, options.scope)]),
    ...(options.extensions ?? []),
  ]
  const tbs = derElement(
    sequence,
    derElement(integer, Uint8Array.of(1)),
    ecdsaWithSha256,
    issuer.subjectDer,
    utcTime(thisUpdate),
    ...(nextUpdate === null ? [] : [utcTime(nextUpdate)]),
    ...(entries.length === 0 ? [] : [derElement(sequence, ...entries)]),
    ...(extensions.length === 0 ? [] : [derElement(explicit(0), derElement(sequence, ...extensions))]),
  )
  return signed(tbs, issuer, faults.includes('wrong-signature'))
}

/** A to-be-signed part with algorithm and signature. */
export function signed(tbs: Uint8Array, issuer: TestCertificate, wrong = false): Uint8Array {
  const signature = new Uint8Array(sign('sha256', tbs, issuer.privateKey))
  if (wrong) signature[signature.length - 1] = (signature.at(-1) as number) ^ 1
  return derElement(sequence, tbs, ecdsaWithSha256, derElement(bitString, Uint8Array.of(0), signature))
}

/** @param oid hex of the content of the OBJECT IDENTIFIER */
export function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return derElement(
    sequence,
    derElement(objectIdentifier, fromHex(oid)),
    ...(critical ? [derElement(boolean, Uint8Array.of(0xff))] : []),
    derElement(octetString, value),
  )
}

export function utcTime(date: Date): Uint8Array {
  return derElement(0x17, new TextEncoder().encode(`${digits(date).slice(2)}Z`))
}

export function generalizedTime(date: Date): Uint8Array {
  return derElement(0x18, new TextEncoder().encode(`${digits(date)}Z`))
}

/** `[0] { [0] { [6] uri } }` and other distribution points. */
export function uriPoint(uri: string): Uint8Array {
  const name = derElement(explicit(0), derElement(0x86, new TextEncoder().encode(uri)))
  return derElement(explicit(0), name)
}

export function number(value: number): Uint8Array {
  return derElement(integer, value >= 0x80 ? concat(Uint8Array.of(0), Uint8Array.of(value)) : Uint8Array.of(value))
}

function digits(date: Date): string {
  return date.toISOString().replace(/[-:T]/g, '').slice(0, 14)
}

const ecdsaWithSha256: Uint8Array = fromHex('300a06082a8648ce3d040302')
