import { X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { Certificate } from '@typetls/x509'
import { certificatesIn, extraRoots } from '../trust.ts'
import { invalidArgumentType, invalidArgumentValue } from './argument-error.ts'

export type CaCertificatesType = 'default' | 'bundled' | 'system' | 'extra'

/** What Node itself has since 22.15 and 24.5; taken now, as programs may put us in its place. */
const { getCACertificates: nodesOwn, setDefaultCACertificates: setNodesOwn } = tls as Partial<{
  getCACertificates(type: CaCertificatesType): readonly string[]
  setDefaultCACertificates(certificates: readonly (string | ArrayBufferView)[]): void
}>

/**
 * As `tls.getCACertificates`, on a Node without it too; that Node cannot read the system's store, so `system` is empty
 * there.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export function getCACertificates(type: CaCertificatesType = 'default'): readonly string[] {
  if (typeof type !== 'string') throw invalidArgumentType('type', 'of type string', type)
  if (!types.has(type)) throw invalidArgumentValue('type', type)
  if (type === 'default' && assigned !== undefined) return assigned
  if (nodesOwn !== undefined) return nodesOwn(type)
  if (type === 'bundled') return tls.rootCertificates
  if (type === 'system') return none
  extra ??= Object.freeze(extraRoots().flatMap(certificatesIn))
  return type === 'extra' || extra.length === 0 ? (type === 'extra' ? extra : tls.rootCertificates) : bundledAndExtra()
}

/**
 * As `tls.setDefaultCACertificates`: what is trusted from now on where no `ca` is given. Node's own sockets follow, where
 * this Node has it.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; Error for what is no certificate
 */
export function setDefaultCACertificates(certificates: readonly (string | ArrayBufferView)[]): void {
  if (!Array.isArray(certificates)) throw invalidArgumentType('certs', 'an instance of Array', certificates)
  certificates.forEach((one, i) => {
    if (typeof one === 'string' || ArrayBuffer.isView(one)) return
    throw invalidArgumentType(`certs[${i}]`, 'of type string or an instance of ArrayBufferView', one)
  })
  if (setNodesOwn === undefined) {
    const all = certificates.flatMap((one) => certificatesIn(textOf(one)))
    assigned = Object.freeze([...new Set(all.map((pem) => new X509Certificate(pem).toString()))])
  } else {
    setNodesOwn(certificates)
  }
}

/** What is trusted where no `ca` is given: the same array as long as nobody sets another. */
export function defaultRoots(): readonly Certificate[] {
  const list = getCACertificates()
  if (roots?.list !== list) roots = { list, parsed: list.flatMap((pem) => Certificate.parseAll(pem)) }
  return roots.parsed
}

function bundledAndExtra(): readonly string[] {
  return (whole ??= Object.freeze([...tls.rootCertificates, ...(extra ?? none)]))
}

function textOf(one: string | ArrayBufferView): string {
  return typeof one === 'string' ? one : Buffer.from(one.buffer, one.byteOffset, one.byteLength).toString('latin1')
}

const none: readonly string[] = Object.freeze([])
const types: ReadonlySet<string> = new Set<CaCertificatesType>(['default', 'bundled', 'system', 'extra'])

let assigned: readonly string[] | undefined
let extra: readonly string[] | undefined
let whole: readonly string[] | undefined
let roots: { readonly list: readonly string[]; readonly parsed: readonly Certificate[] } | undefined
