import { TlsError, toHex } from '@typetls/wire'
import type { Certificate } from './certificate.ts'
import { DistinguishedName } from './distinguished-name.ts'
import * as extensionIds from './extension-ids.ts'
import { formatIpAddress } from './ip-address.ts'
import type { CertificateSummary } from './path-certificate.ts'

/** All that a certificate says, of plain values: octets in hex, names as RFC 4514 writes them. */
export interface CertificateJson extends CertificateSummary {
  readonly version: number
  /** Name in `CryptoProvider.signature`, or object identifier. */
  readonly signatureAlgorithm: string
  readonly publicKey: JsonValue
  /** By their names in RFC 5280, such as `basicConstraints`, or object identifiers; in the order they are encoded. */
  readonly extensions: Readonly<Record<string, ExtensionJson>>
}

export interface ExtensionJson {
  readonly critical: boolean
  /** As the getter of the same name gives it; hex where there is none, or `error`. */
  readonly value: JsonValue
  /** Why it cannot be read. */
  readonly error?: string
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

export function certificateJson(certificate: Certificate): CertificateJson {
  const extensions = [...certificate.extensions.values()].map(({ oid, critical, value }) => {
    const name = names.get(oid) ?? oid
    const read = (): unknown => (name in certificate ? certificate[name as keyof Certificate] : value)
    return [name, { critical, ...attempted(read, value) }] as const
  })
  const key = attempted(() => {
    const { keyType, rsa } = certificate.publicKey
    return { keyType, ...rsa, spki: certificate.spki }
  }, certificate.spki)
  const algorithm = attempted(
    () => certificate.signatureAlgorithm.name ?? certificate.signatureAlgorithm.oid,
    certificate.algorithm,
  )
  return {
    ...certificate.summary(),
    version: certificate.version,
    signatureAlgorithm: algorithm.value as string,
    publicKey: key.value,
    extensions: Object.fromEntries(extensions),
  }
}

function attempted(read: () => unknown, der: Uint8Array): { readonly value: JsonValue; readonly error?: string } {
  try {
    return { value: jsonOf(read()) }
  } catch (error) {
    if (error instanceof TlsError) return { value: toHex(der), error: error.message }
    throw error
  }
}

function jsonOf(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return toHex(value)
  if (value instanceof DistinguishedName) return value.toString()
  if (value instanceof Set || Array.isArray(value)) return Array.from(value as Iterable<unknown>, jsonOf)
  if (typeof value !== 'object' || value === null) return value as JsonValue
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  const json = Object.fromEntries(entries.map(([name, one]) => [name, jsonOf(one)]))
  const { type, value: address } = value as { readonly type?: unknown; readonly value?: unknown }
  if (type !== 'ip' || !(address instanceof Uint8Array)) return json
  // Of name constraints it is an address and a mask.
  const half = address.length / 2
  const isRange = address.length === 8 || address.length === 32
  const parts = isRange ? [address.subarray(0, half), address.subarray(half)] : [address]
  return { ...json, value: parts.map(formatIpAddress).join('/') }
}

const names: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(extensionIds).map(([name, oid]) => [oid, name]),
)
