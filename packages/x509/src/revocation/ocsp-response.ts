import { TlsError, toHex } from '@typetls/wire'
import type { RevocationReason } from './crl-entries.ts'
import { reasonOf } from './crl-entries.ts'
import {
  generalizedTime,
  bitString,
  DerReader,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  objectIdentifierText,
  octetString,
  sequence,
} from '@typetls/wire/der'
import { readTime } from '../der-time.ts'
import { DistinguishedName } from '../distinguished-name.ts'
import { readExtensionList } from '../extension-list.ts'
import type { Extension } from '../extensions.ts'

/**
 * An OCSP response as it stands: nothing here says that it is authentic, fresh, or about the certificate at hand. A
 * `RevocationChecker` does.
 *
 * https://www.rfc-editor.org/rfc/rfc6960#section-4.2.1
 */
export interface OcspResponse {
  readonly responseStatus: OcspResponseStatus
  /** `undefined` if and only if the status is not `successful`. */
  readonly basic: BasicOcspResponse | undefined
}

export type OcspResponseStatus =
  'successful' | 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized'

/** BasicOCSPResponse with its ResponseData. */
export interface BasicOcspResponse {
  /** ResponseData, DER: the bytes that are signed. */
  readonly tbs: Uint8Array
  /** AlgorithmIdentifier of the signature, DER. */
  readonly algorithm: Uint8Array
  /** Signature value, without the octet that counts unused bits. */
  readonly signature: Uint8Array
  /** DER, as they stand; usually of the responder. */
  readonly certificates: readonly Uint8Array[]
  readonly responderId: OcspResponderId
  /** Milliseconds since 1970. */
  readonly producedAt: number
  readonly responses: readonly OcspSingleResponse[]
  readonly extensions: ReadonlyMap<string, Extension>
  readonly nonce: Uint8Array | undefined
}

export type OcspResponderId =
  | { readonly type: 'name'; readonly name: DistinguishedName }
  /** SHA-1 of the responder's subjectPublicKey. */
  | { readonly type: 'key'; readonly hash: Uint8Array }

export interface OcspSingleResponse {
  readonly certId: OcspCertId
  readonly status: 'good' | 'revoked' | 'unknown'
  /** Milliseconds since 1970, if revoked. */
  readonly revocationTime: number | undefined
  readonly revocationReason: RevocationReason | undefined
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  /** Milliseconds since 1970; `undefined`: "newer revocation information is available all the time". */
  readonly nextUpdate: number | undefined
  readonly extensions: ReadonlyMap<string, Extension>
}

/** Which certificate. https://www.rfc-editor.org/rfc/rfc6960#section-4.1.1 */
export interface OcspCertId {
  /** Object identifier. */
  readonly hashAlgorithm: string
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** Content of the INTEGER. */
  readonly serialNumber: Uint8Array
}

/**
 * Reads an OCSPResponse.
 *
 * @param input DER of at most 256 KiB. Bytes are copied
 * @throws TlsError `ERR_TLS_OCSP_PARSE` (bad_certificate_status_response) with the `path` of the field
 */
export function parseOcspResponse(input: Uint8Array): OcspResponse {
  if (input.length > maxLength) {
    throw new TlsError(code, `an OCSP response of ${input.length} bytes is larger than we read`, {
      path: 'OCSPResponse',
      expected: { max: maxLength },
      received: input.length,
    })
  }
  const document = new DerReader(Uint8Array.from(input), code)
  const response = document.enter(sequence, 'OCSPResponse')
  document.finish('OCSPResponse')
  const status = response.content(enumerated, 'responseStatus')
  const responseStatus = status.length === 1 ? statuses[status[0] as number] : undefined
  if (responseStatus === undefined) response.fail(`is the unknown ${toHex(status)}`, 'responseStatus')
  if (response.peek() === undefined) {
    if (responseStatus === 'successful') response.fail('is missing', 'responseBytes')
    return { responseStatus: responseStatus as OcspResponseStatus, basic: undefined }
  }
  // "If the value of responseStatus is one of the error conditions, the responseBytes field is not set."
  if (responseStatus !== 'successful') response.fail('stands beside an error', 'responseBytes')
  const field = response.enter(explicit(0), 'responseBytes')
  const bytes = field.enter(sequence, '')
  field.finish()
  response.finish()
  const type = objectIdentifierText(bytes.content(objectIdentifier, 'responseType'))
  if (type !== basicResponse) bytes.fail(`is ${type}, which is not a basic response`, 'responseType')
  const content = bytes.content(octetString, 'response')
  bytes.finish()
  return { responseStatus: 'successful', basic: readBasic(content) }
}

function readBasic(content: Uint8Array): BasicOcspResponse {
  const document = new DerReader(content, code)
  const basic = document.enter(sequence, 'BasicOCSPResponse')
  document.finish('BasicOCSPResponse')
  const start = basic.offset
  const data = basic.enter(sequence, 'tbsResponseData')
  const tbs = content.subarray(start, basic.offset)
  const algorithm = basic.element(sequence, 'signatureAlgorithm')
  const signature = basic.content(bitString, 'signature')
  if (signature[0] !== 0) basic.fail('has unused bits', 'signature')
  const certificates = readCertificates(basic)
  basic.finish()

  // The one version is the default, which DER does not encode.
  if (data.peek() === explicit(0)) data.fail('is not v1, or encodes its default', 'version')
  const responderId = readResponderId(data)
  const producedAt = readTime(data, 'producedAt', generalizedTime)
  const list = data.enter(sequence, 'responses')
  const responses: OcspSingleResponse[] = []
  for (let i = 0; list.peek() !== undefined; i++) responses.push(readSingleResponse(list.enter(sequence, i)))
  const extensions = readExtensions(data, 'responseExtensions')
  data.finish()
  return {
    tbs,
    algorithm,
    signature: signature.subarray(1),
    certificates,
    responderId,
    producedAt,
    responses,
    extensions,
    nonce: readNonce(extensions.get(ocspNonceId)),
  }
}

function readCertificates(basic: DerReader): readonly Uint8Array[] {
  const certificates: Uint8Array[] = []
  if (basic.peek() !== explicit(0)) return certificates
  const field = basic.enter(explicit(0), 'certs')
  const list = field.enter(sequence, '')
  field.finish()
  for (let i = 0; list.peek() !== undefined; i++) {
    const from = list.offset
    list.enter(sequence, i)
    certificates.push(list.bytes.subarray(from, list.offset))
  }
  return certificates
}

function readResponderId(data: DerReader): OcspResponderId {
  if (data.peek() === explicit(1)) {
    const field = data.enter(explicit(1), 'responderID')
    const der = field.element(sequence, '')
    field.finish()
    const name = new DistinguishedName(der, field.path, code)
    // Read now: a name that cannot be read is a response that cannot be read.
    if (name.relativeNames.length === 0) field.fail('is an empty name')
    return { type: 'name', name }
  }
  const field = data.enter(explicit(2), 'responderID')
  const hash = field.content(octetString, '')
  field.finish()
  if (hash.length !== 20) field.fail('is not a SHA-1 hash')
  return { type: 'key', hash }
}

function readSingleResponse(single: DerReader): OcspSingleResponse {
  const certId = readCertId(single)
  const revocation =
    single.peek() === explicit(1) ? readRevokedInfo(single.enter(explicit(1), 'certStatus')) : undefined
  let status: OcspSingleResponse['status'] = 'revoked'
  if (revocation === undefined) {
    status = single.peek() === implicit(0) ? 'good' : 'unknown'
    const content = single.content(status === 'good' ? implicit(0) : implicit(2), 'certStatus')
    if (content.length > 0) single.fail('is a NULL with content', 'certStatus')
  }
  const thisUpdate = readTime(single, 'thisUpdate', generalizedTime)
  let nextUpdate: number | undefined
  if (single.peek() === explicit(0)) {
    const field = single.enter(explicit(0), 'nextUpdate')
    nextUpdate = readTime(field, '', generalizedTime)
    field.finish()
  }
  const extensions = readExtensions(single, 'singleExtensions')
  single.finish()
  return {
    certId,
    status,
    revocationTime: revocation?.time,
    revocationReason: revocation?.reason,
    thisUpdate,
    nextUpdate,
    extensions,
  }
}

function readCertId(single: DerReader): OcspCertId {
  const certId = single.enter(sequence, 'certID')
  const algorithm = certId.enter(sequence, 'hashAlgorithm')
  const hashAlgorithm = objectIdentifierText(algorithm.content(objectIdentifier, 'algorithm'))
  // NULL or absent; no hash has others.
  if (algorithm.peek() !== undefined) algorithm.element(0x05, 'parameters')
  algorithm.finish()
  const issuerNameHash = certId.content(octetString, 'issuerNameHash')
  const issuerKeyHash = certId.content(octetString, 'issuerKeyHash')
  const serialNumber = certId.content(integer, 'serialNumber')
  certId.finish()
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }
}

function readRevokedInfo(info: DerReader): { time: number; reason: RevocationReason | undefined } {
  const time = readTime(info, 'revocationTime', generalizedTime)
  let reason: RevocationReason | undefined
  if (info.peek() === explicit(0)) {
    const field = info.enter(explicit(0), 'revocationReason')
    const content = field.content(enumerated, '')
    field.finish()
    reason = (content.length === 1 ? reasonOf(content[0]) : undefined) ?? 'unspecified'
  }
  info.finish()
  return { time, reason }
}

function readExtensions(reader: DerReader, step: string): ReadonlyMap<string, Extension> {
  if (reader.peek() !== explicit(1)) return new Map()
  const field = reader.enter(explicit(1), step)
  const list = field.enter(sequence, '')
  field.finish()
  return readExtensionList(list)
}

function readNonce(extension: Extension | undefined): Uint8Array | undefined {
  if (extension === undefined) return undefined
  const path = `${extension.path}.extnValue`
  const document = new DerReader(extension.value, code)
  const nonce = document.content(octetString, path)
  document.finish(path)
  return nonce
}

const code = 'ERR_TLS_OCSP_PARSE'

/** ENUMERATED. */
const enumerated = 0x0a

/** id-pkix-ocsp-nonce: https://www.rfc-editor.org/rfc/rfc9654#section-2.1 */
const ocspNonceId = '1.3.6.1.5.5.7.48.1.2'

const basicResponse = '1.3.6.1.5.5.7.48.1.1'

const statuses: readonly (OcspResponseStatus | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
]

/** Bytes. The usual ones have 500 to 2,000; post-quantum signatures take up to 50 KiB each. */
const maxLength = 256 * 1024
