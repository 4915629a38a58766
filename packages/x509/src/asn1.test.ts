import { childrenOf, parseAsn1, readObjectIdentifier } from './asn1.ts'
import { readText } from './asn1-string.ts'
import type { DerReader } from '@typetls/wire/der'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as asn1js from 'asn1js'
import { equalBytes, toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { bitString, boolean, integer, objectIdentifier } from '@typetls/wire/der'
import { pemBlocks } from './pem.ts'

interface Limbo {
  readonly testcases: readonly {
    readonly peer_certificate: string
    readonly trusted_certs: readonly string[]
    readonly untrusted_intermediates: readonly string[]
  }[]
}

test('what we read of the certificates of x509-limbo, BetterTLS and PKITS, asn1js reads too', () => {
  const certificates = [...limboCertificates(), ...pkitsCertificates()]
  expect(certificates.length).toBeGreaterThan(5000)
  for (const der of certificates) {
    const theirs = asn1js.fromBER(der, { parseEmbedded: false })
    expect(theirs.offset, theirs.result.error).toBe(der.length)
    compare(parseAsn1(der, 'Certificate'), theirs.result)
  }
}, 120_000)

/** Element by element. Of one that we refuse, and none of these is, `parseAsn1` throws. */
function compare(ours: DerReader, theirs: asn1js.BaseBlock): void {
  const { tagClass, tagNumber, isConstructed } = theirs.idBlock
  const identifier = ((tagClass - 1) << 6) | (isConstructed ? 0x20 : 0) | tagNumber
  same(ours, ours.peek(), identifier)
  same(ours, ours.der.length, theirs.blockLength)
  if (isConstructed) {
    const children = childrenOf(ours, identifier)
    const others = (theirs as asn1js.Constructed).valueBlock.value
    same(ours, children.length, others.length)
    children.forEach((child, i) => compare(child, others[i] as asn1js.BaseBlock))
  } else {
    same(ours, equalBytes(ours.der, theirs.valueBeforeDecodeView), true)
    same(ours, meaning(ours), theirMeaning(theirs))
  }
}

function meaning(value: DerReader): unknown {
  if (value.peek() === objectIdentifier) return readObjectIdentifier(value)
  if (value.peek() === boolean) return value.content(boolean)[0] !== 0
  if (value.peek() === integer) {
    const content = value.content(integer)
    return BigInt.asIntN(8 * content.length, BigInt(`0x${toHex(content)}`))
  }
  if (value.peek() === bitString) {
    const [unused = 0, ...octets] = value.content(bitString)
    const bits = octets.map((octet) => octet.toString(2).padStart(8, '0')).join('')
    return bits.slice(0, bits.length - unused)
  }
  return readText(value)
}

function theirMeaning(block: asn1js.BaseBlock): unknown {
  if (block instanceof asn1js.ObjectIdentifier) return block.getValue()
  if (block instanceof asn1js.Boolean) return block.getValue()
  if (block instanceof asn1js.Integer) return block.toBigInt()
  if (block instanceof asn1js.BitString) {
    const { valueHexView, unusedBits } = block.valueBlock
    const bits = Array.from(valueHexView, (octet) => octet.toString(2).padStart(8, '0')).join('')
    return bits.slice(0, bits.length - unusedBits)
  }
  // Times are strings for asn1js.
  if (block instanceof asn1js.UTCTime) return undefined
  return block instanceof asn1js.BaseStringBlock ? block.getValue() : undefined
}

function same(at: DerReader, ours: unknown, theirs: unknown): void {
  // One expect for each of millions of elements would take minutes.
  if (ours !== theirs) expect(ours, at.path).toBe(theirs)
}

function limboCertificates(): Uint8Array[] {
  const { testcases } = readJson('../../../interop/limbo/data/limbo.json.gz') as Limbo
  const texts = new Set(
    testcases.flatMap((one) => [one.peer_certificate, ...one.trusted_certs, ...one.untrusted_intermediates]),
  )
  return [...texts].flatMap((pem) => pemBlocks(pem, 'ERR_TLS_CERTIFICATE_PARSE').map(({ bytes }) => bytes))
}

function pkitsCertificates(): Uint8Array[] {
  const { certs } = readJson('../../../interop/pkits/data/pkits.json.gz') as { certs: Record<string, string> }
  return Object.values(certs).map((base64) => new Uint8Array(Buffer.from(base64, 'base64')))
}

function readJson(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(new URL(path, import.meta.url))).toString())
}
