import { readFileSync } from 'node:fs'
import type { Credential, CredentialRequest, CredentialSelector } from '@typetls/connection'
import type { CredentialOptions } from '@typetls/x509'
import { nobleCrypto } from '@typetls/crypto-noble'
import { Certificate, createCredential } from '@typetls/x509'
import { TlsError, equalBytes } from '@typetls/wire'
import { crypto, defaultSigningSchemes, schemesOf } from './algorithms.ts'
import type { CredentialFlags, Flags } from './flags.ts'
import { signWithSha1 } from './outdated.ts'
import { Refusal, Unexpected } from './refusal.ts'

/** Chooses as BoringSSL's shim does: the credentials in the order they were given, the default one last. */
export class Identity {
  readonly #flags: Flags
  readonly #candidates: readonly Candidate[]
  /** Which was chosen, by its place; -1: the default one. */
  selected: number | undefined
  /** BoringSSL's names for why the last credential was not taken. */
  refusal: readonly string[] = []

  constructor(flags: Flags) {
    this.#flags = flags
    const listed = flags.credentials.map((one, index) => candidate(one, index, flags))
    const { defaultCredential } = flags
    const last = defaultCredential === undefined ? undefined : candidate(defaultCredential, -1, flags)
    this.#candidates = [...listed, last].filter((one) => one !== undefined)
  }

  /** `undefined`: no credential was given, and nothing is to happen when one is asked for. */
  get selector(): CredentialSelector | undefined {
    const flags = this.#flags
    if (this.#candidates.length === 0 && flags['fail-cert-callback'] === undefined) return undefined
    const select = (request: CredentialRequest): Credential | undefined => this.#select(request)
    return flags.async === undefined ? select : (request) => Promise.resolve(request).then(select)
  }

  #select(request: CredentialRequest): Credential | undefined {
    const flags = this.#flags
    this.#checkRequest(request)
    if (flags['fail-cert-callback']) throw new Refusal('CERT_CB_ERROR')
    if (request.role === 'server' && flags['use-ocsp-callback'] && flags['fail-ocsp-callback']) {
      throw new Refusal('OCSP_CB_ERROR')
    }
    for (const candidate of this.#candidates) {
      const reasons = unfit(candidate, request)
      if (reasons === undefined) {
        this.selected = candidate.index
        return candidate.credential
      }
      // Where none signs, that none decrypts either is not the reason.
      if (request.keyUse !== 'decrypting' || this.refusal.length === 0) this.refusal = reasons
    }
    // A server of TLS 1.2 may be asked again for a key that decrypts, and refuses by itself.
    if (this.refusal.length === 0 || (request.role === 'server' && request.version === 'TLSv1.2')) return undefined
    throw new TlsError('ERR_TLS_NO_CREDENTIAL', 'no credential fits')
  }

  #checkRequest(request: CredentialRequest): void {
    const flags = this.#flags
    const preferences = flags['expect-peer-verify-pref']
    if (preferences !== undefined) {
      const expected = schemesOf(preferences).map(({ id }) => id)
      const received = request.signatureSchemes.map(({ id }) => id)
      if (`${expected}` !== `${received}`) throw new Unexpected(`peer verify preferences ${received}, not ${expected}`)
    }
    const types = flags['expect-certificate-types']
    if (types !== undefined && `${types}` !== `${request.certificateTypes}`) {
      throw new Unexpected(`certificate types ${request.certificateTypes}, not ${types}`)
    }
    const authorities = flags['expect-client-ca-list']
    if (authorities !== undefined) {
      const received = request.certificateAuthorities.map((name) => Buffer.from(name).toString('hex')).join(',')
      if (
        received !==
        namesOf(authorities)
          .map((name) => Buffer.from(name).toString('hex'))
          .join(',')
      ) {
        throw new Unexpected(`certificate authorities ${received}, not ${authorities}`)
      }
    }
  }
}

/** `<NULL>`, `<EMPTY>`, or DER names in hexadecimal with commas between. */
export function namesOf(list: string | undefined): readonly Uint8Array[] {
  if (list === undefined || list === '<NULL>' || list === '<EMPTY>') return []
  return list.split(',').map((hex) => new Uint8Array(Buffer.from(hex, 'hex')))
}

export function certificatesIn(file: string): readonly Uint8Array[] {
  return Certificate.parseAll(readFileSync(file, 'latin1')).map(({ der }) => der)
}

interface Candidate {
  readonly credential: Credential
  readonly index: number
  readonly mustMatchIssuer: boolean
  readonly issuers: readonly Uint8Array[]
}

/** What keeps a credential from being chosen. */
function unfit(
  { credential, mustMatchIssuer, issuers }: Candidate,
  request: CredentialRequest,
): readonly string[] | undefined {
  const authorities = request.clientHello?.extensions.certificate_authorities ?? request.certificateAuthorities
  if (mustMatchIssuer && !authorities.some((name) => issuers.some((one) => equalBytes(one, name)))) {
    return ['NO_MATCHING_ISSUER']
  }
  const older = request.version === 'TLSv1.2'
  if (request.keyUse === 'decrypting') return credential.decrypter === undefined ? ['NO_SHARED_CIPHER'] : undefined
  const { keyType = '', ...signer } = credential.signer
  const schemes = (older ? signer.tls12Schemes : undefined) ?? signer.schemes
  const accepted = request.signatureSchemes.filter((row) => older || row.handshake)
  if (!schemes.some((row) => accepted.some((one) => one.id === row.id))) {
    if (!older) return ['NO_COMMON_SIGNATURE_ALGORITHMS']
    return request.role === 'server'
      ? ['NO_SHARED_CIPHER']
      : ['NO_COMMON_SIGNATURE_ALGORITHMS', 'UNKNOWN_CERTIFICATE_TYPE']
  }
  return keyType.startsWith('ec-') && request.groups?.includes(keyType.slice(3)) === false ? ['WRONG_CURVE'] : undefined
}

function candidate(given: CredentialFlags, index: number, flags: Flags): Candidate | undefined {
  if (given.certFile === undefined || given.keyFile === undefined) return undefined
  const declined = flags['use-ocsp-callback'] === true && flags['decline-ocsp-callback'] === true
  const certificates = Certificate.parseAll(readFileSync(given.certFile, 'latin1'))
  const keyType = certificates[0]?.publicKey.keyType
  const wanted = given.signingPrefs === undefined ? defaultSigningSchemes : schemesOf(given.signingPrefs)
  const pem = readFileSync(given.keyFile, 'latin1')
  const common = {
    certificates: certificates.map(({ der }) => der),
    privateKey: pem,
    provider: keyType?.startsWith('ml-dsa') ? nobleCrypto : crypto,
    ...(given.ocspResponse !== undefined && flags.server === true && !declined && { ocspResponse: given.ocspResponse }),
    ...(given.signedCertTimestamps !== undefined && { signedCertificateTimestamps: given.signedCertTimestamps }),
  }
  const ready = withSha1(usableCredential({ ...common, schemes: wanted }), pem)
  const credential = flags.async === undefined ? ready : { ...ready, signer: later(ready.signer) }
  return {
    credential,
    index,
    mustMatchIssuer: given.mustMatchIssuer === true,
    issuers: credential.certificates.map((der) => Certificate.parse(der).issuer.der),
  }
}

/** A key that can sign with nothing BoringSSL finds out about during the handshake, and we before it. */
function usableCredential(options: CredentialOptions<'sync'>): Credential {
  try {
    return createCredential(options)
  } catch (error) {
    if (!(error instanceof TlsError) || error.received !== 'schemes') throw error
    const certificates = options.certificates as readonly Uint8Array[]
    return { certificates, signer: { schemes: [], sign: () => new Uint8Array() } }
  }
}

function withSha1(credential: Credential, pem: string): Credential {
  const { signer } = credential
  const sign: typeof signer.sign = (scheme, data) =>
    scheme.algorithm.endsWith('-sha1') ? signWithSha1(pem, data) : signer.sign(scheme, data)
  return { ...credential, signer: { ...signer, sign } }
}

function later(signer: Credential['signer']): Credential['signer'] {
  return {
    ...signer,
    sign: (scheme, data) => Promise.resolve().then(() => signer.sign(scheme, data)),
  }
}
