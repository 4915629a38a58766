import { constants } from 'node:crypto'
import type { CredentialSelector, PeerVerifier } from '@typetls/handshake'
import type { CertificateInput, KeyInput } from '../key-material.ts'
import { chainOf } from '../key-material.ts'
import type { TlsServerOptions } from '../server-options.ts'
import { systemCrypto } from '../system.ts'
import { readCipherString } from './cipher-string.ts'
import type { DhChoice } from './dh-parameters.ts'
import { readDhParameters } from './dh-parameters.ts'
import { Identities, selectorOf } from './identities.ts'
import { cryptoError } from './openssl-error.ts'
import { groupsOf, schemesOf } from './algorithm-names.ts'
import { defaultSecurityLevel } from './security-level.ts'
import { TrustStore } from './trust-store.ts'
import { supportedVersions } from './protocol-versions.ts'

/**
 * What is inside of a `SecureContext`, filled piece by piece by methods with the names that they have in Node: programs
 * call some of them, such as `context.context.addCACert(pem)`.
 */
export class SecureContextContent {
  readonly #identities = new Identities()
  readonly #trust = new TrustStore()
  readonly #given: TlsServerOptions
  #level = defaultSecurityLevel
  #minVersion: string
  #maxVersion: string
  #suites: readonly string[] = []
  #olderSuites: readonly string[] = []
  #hasOlder = true
  #groups: readonly string[] | undefined
  #schemes: TlsServerOptions['signatureSchemes']
  #dh: DhChoice | undefined
  #secureOptions = 0
  #options: TlsServerOptions | undefined
  readonly #external = Object.freeze({})

  /** @param given options that only we have: they count more than those of Node */
  constructor(minVersion: string, maxVersion: string, given: TlsServerOptions) {
    this.#minVersion = minVersion
    this.#maxVersion = maxVersion
    this.#given = given
  }

  /** Everything that is the context's to say, in our words. */
  get options(): TlsServerOptions {
    return (this.#options ??= this.#made())
  }

  /** Of no use but to tell by its accessor, which throws for what inherits from a context, as Node's does. */
  get _external(): object {
    return this.#external
  }

  /** Whether a client has suites to offer: some of TLS 1.2 need a PSK. */
  offersAny(withPsk: boolean): boolean {
    if (this.#given.cipherSuites !== undefined || this.options.maxVersion !== 'TLSv1.2') return true
    return this.#olderSuites.some((name) => withPsk || !name.includes('PSK_'))
  }

  /** The same for servers: they do DHE only if they were given parameters for it. */
  get serverOptions(): TlsServerOptions {
    const { options } = this
    if (this.#given.cipherSuites !== undefined || this.#dh !== undefined) return options
    const olderSuites = this.#olderSuites.filter((name) => !name.startsWith('TLS_DHE_'))
    return { ...options, ...this.#cipherSuites(olderSuites) }
  }

  /** @throws Error as `Identities` */
  setCert(pem: CertificateInput): void {
    this.#identities.addChain(pem, this.#level)
    this.#changed()
  }

  /** @throws Error as `Identities` */
  setKey(pem: KeyInput, passphrase?: string): void {
    this.#identities.addKey(pem, passphrase)
    this.#changed()
  }

  /** @throws Error as `Identities` */
  loadPKCS12(file: Uint8Array, passphrase?: string): void {
    const authorities = this.#identities.addPkcs12(file, passphrase, this.#level)
    for (const der of authorities) this.#trust.addAuthority(der)
    this.#changed()
  }

  /** The certificates of a text; what is none is passed over, as OpenSSL does. */
  addCACert(pem: CertificateInput): void {
    for (const der of authoritiesOf(pem)) this.#trust.addAuthority(der)
    this.#changed()
  }

  addRootCerts(): void {
    this.#trust.addRoots()
  }

  /** @throws Error `ERR_CRYPTO_OPERATION_FAILED` */
  addCRL(pem: string | Uint8Array): void {
    try {
      this.#trust.addCrl(pem)
    } catch (cause) {
      throw cryptoError('ERR_CRYPTO_OPERATION_FAILED', 'Failed to parse CRL', cause)
    }
  }

  setAllowPartialTrustChain(): void {
    this.#trust.allowPartialChains()
  }

  /**
   * @param ciphers an OpenSSL cipher string
   * @throws Error `ERR_SSL_NO_CIPHER_MATCH`
   */
  setCiphers(ciphers: string): void {
    const { suites, olderSuites, hasOlder, level } = readCipherString(ciphers)
    this.#suites = suites
    this.#olderSuites = olderSuites
    this.#hasOlder = hasOlder
    this.#level = level ?? this.#level
    this.#changed()
  }

  /**
   * @returns what to warn of
   * @throws as `readDhParameters`
   */
  setDHParam(dhparam: string | NodeJS.ArrayBufferView): string | undefined {
    const { choice, warning } = readDhParameters(dhparam, this.#level)
    this.#dh = choice
    this.#changed()
    return warning
  }

  /** @throws Error `ERR_CRYPTO_OPERATION_FAILED` */
  setECDHCurve(curves: string): void {
    this.#groups = groupsOf(curves)
    this.#changed()
  }

  /** @throws Error `ERR_CRYPTO_OPERATION_FAILED` */
  setSigalgs(algorithms: string): void {
    this.#schemes = schemesOf(algorithms)
    this.#changed()
  }

  /** Node's `SSL_OP_*`; those about what we do not have say nothing. */
  setOptions(options: number): void {
    this.#secureOptions |= options
    this.#changed()
  }

  /** DER of the certificate that is shown, `null` without one. */
  getCertificate(): Buffer | null {
    const [own] = this.#identities.material([])
    return own === undefined ? null : Buffer.from(own.certificates[0] as Uint8Array)
  }

  /**
   * Judges the peer's chain, but for its name.
   *
   * @param acceptAny goes on with a peer that could be anybody: the verdict says so
   * @throws TlsError `ERR_TLS_OPTIONS` for both `crl` and `revocation`
   */
  verifier(acceptAny: boolean): PeerVerifier {
    return this.#trust.verifier({ level: this.#level, acceptAny, revocation: this.#given.revocation })
  }

  /** Authorities above the last certificate of a chain, DER, nearest first. */
  issuersAbove(chain: readonly Uint8Array[]): Uint8Array[] {
    const last = chain.at(-1)
    return last === undefined ? [] : this.#trust.above(last)
  }

  #changed(): void {
    this.#options = undefined
  }

  #made(): TlsServerOptions {
    const given = this.#given
    const authorities = this.#trust.authorities
    const credentials = given.credentials ?? this.#credentials()
    const serverPrefers = (this.#secureOptions & constants.SSL_OP_CIPHER_SERVER_PREFERENCE) !== 0
    // As in Node: where only suites of TLS 1.3 are named, that is the oldest version, if it is one at all.
    const newest = !this.#hasOlder && this.#maxVersion === 'TLSv1.3' ? 'TLSv1.3' : undefined
    const { cipherSuites, tls12 } = this.#cipherSuites(this.#olderSuites)
    return {
      cipherSuites,
      cipherPreference: serverPrefers ? 'server' : 'client',
      ...(this.#groups === undefined ? {} : { groups: this.#groups }),
      ...(this.#schemes === undefined ? {} : { signatureSchemes: this.#schemes }),
      ...(authorities.length === 0 ? {} : { ca: authorities }),
      ...((this.#secureOptions & constants.SSL_OP_NO_TICKET) === 0 ? {} : { tickets: false }),
      ...given,
      tls12,
      ...supportedVersions(newest ?? this.#minVersion, this.#maxVersion, this.#secureOptions),
      ...(credentials === undefined ? {} : { credentials }),
    }
  }

  #cipherSuites(olderSuites: readonly string[]): Required<Pick<TlsServerOptions, 'cipherSuites' | 'tls12'>> {
    const none = olderSuites.length === 0 && this.#given.cipherSuites === undefined
    return {
      cipherSuites: [...this.#suites, ...olderSuites],
      tls12: {
        // The order of a cipher string is what its author wants.
        preferForwardSecrecy: false,
        // None, where none is left of what was named; not those that are the default.
        ...(none ? { cipherSuites: [] } : {}),
        ...this.#given.tls12,
        ...(typeof this.#dh === 'object' ? { dhParameters: this.#dh } : {}),
      },
    }
  }

  #credentials(): CredentialSelector | undefined {
    return selectorOf(this.#identities.material(this.#trust.authorities), this.#given.crypto ?? systemCrypto)
  }
}

function authoritiesOf(pem: CertificateInput): Uint8Array[] {
  try {
    return chainOf(pem)
  } catch {
    return []
  }
}
