import { TlsError, toHex } from '@typetls/wire'
import type { Certificate } from '../certificate.ts'
import { crlDistributionPoints, freshestCrl } from '../certificate-extensions.ts'
import { CertificateList } from '../revocation/certificate-list.ts'
import type { DistributionPoint } from '../revocation/distribution-point.ts'
import { createOcspRequest } from '../revocation/ocsp-request.ts'
import { parseOcspResponse } from '../revocation/ocsp-response.ts'
import type { FetchedOcspResponse, RevocationSource, SourceRequest } from '../revocation/source.ts'
import type { RevocationCache } from './cache.ts'
import { memoryCache } from './cache.ts'
import type { HttpBounds } from './http.ts'
import { fetchBytes } from './http.ts'

/**
 * A source that asks the OCSP responders and fetches the CRLs that certificates name: for
 * `createRevocationChecker({ source })`. It asks nobody else, follows no redirect, and answers with promises always.
 *
 * Whoever watches the network learns from it which certificates are looked at: responders are mostly plain HTTP.
 */
export function createRevocationFetcher<Signal>(options: FetcherOptions<Signal>): RevocationSource {
  return new Fetcher(options)
}

export interface FetcherOptions<Signal> extends HttpBounds<Signal> {
  /** The platform's `fetch`, or one of your own. */
  readonly fetch: HttpBounds<Signal>['fetch']
  /** Ends a request that takes too long: `() => AbortSignal.timeout(3000)`. Called for each. */
  readonly signal: () => Signal
  /** What to ask. Default both: OCSP first, CRLs if that does not decide. */
  readonly methods?: readonly ('ocsp' | 'crl')[]
  /** Default: `memoryCache()`. */
  readonly cache?: RevocationCache
  /** Whether an address may be asked; it comes from the certificate. Default: any that is http or https. */
  readonly permits?: (url: string) => boolean
  /** Whether OCSP requests have a nonce: no cache of a responder can then answer them, nor ours. Default `false`. */
  readonly nonce?: boolean
  /** Largest CRL, bytes. Default 16 MiB. */
  readonly maxCrlBytes?: number
  /** Largest OCSP response, bytes. Default 64 KiB. */
  readonly maxOcspBytes?: number
}

class Fetcher<Signal> implements RevocationSource {
  readonly #options: FetcherOptions<Signal>
  readonly #cache: RevocationCache
  /** What came of bytes of the cache, so that a large CRL is indexed once and its signature checked once. */
  readonly #read = new WeakMap<Uint8Array, CertificateList>()

  constructor(options: FetcherOptions<Signal>) {
    this.#options = options
    this.#cache = options.cache ?? memoryCache()
  }

  async ocspResponse(request: SourceRequest): Promise<FetchedOcspResponse | undefined> {
    if (this.#options.methods?.includes('ocsp') === false) return undefined
    const urls = this.#permitted(responderUris(request.certificate))
    const nonce = this.#options.nonce === true
    return await firstOf(urls, async (url) => {
      const key = ocspKey(url, request.certificate)
      const kept = nonce ? undefined : await this.#cache.get(key)
      if (kept !== undefined && ocspExpiry(kept) > request.time) return { response: kept, nonce: undefined }
      const question = await createOcspRequest({ ...request, ...(nonce ? {} : { nonce: false }) })
      const post = { type: 'application/ocsp-request', body: question.der }
      const response = await fetchBytes(url, this.#options, this.#options.maxOcspBytes ?? 64 * 1024, post)
      const expires = ocspExpiry(response)
      if (!nonce && expires > request.time) await this.#cache.set(key, response, expires)
      return { response, nonce: question.nonce }
    })
  }

  async crls(request: SourceRequest): Promise<readonly CertificateList[]> {
    if (this.#options.methods?.includes('crl') === false) return []
    const { certificate, time } = request
    const complete: CertificateList[] = []
    let failure: TlsError | undefined
    for (const point of crlDistributionPoints(certificate)?.slice(0, maxPoints) ?? []) {
      try {
        const crl = await firstOf(this.#permitted(addresses(point)), (url) => this.#crl(url, time))
        if (crl !== undefined) complete.push(crl)
      } catch (error) {
        if (!isFetchFailure(error)) throw error
        // One of several may be enough; that is for the checker to say.
        failure ??= error
      }
    }
    if (complete.length === 0 && failure !== undefined) throw failure
    const freshest = [freshestCrl(certificate) ?? [], ...complete.map(({ freshestCrl = [] }) => freshestCrl)].flat()
    const deltas = await this.#deltas(freshest, time)
    return [...complete, ...deltas]
  }

  async reject({ certificate }: SourceRequest): Promise<void> {
    const points = [...(crlDistributionPoints(certificate) ?? []), ...(freshestCrl(certificate) ?? [])]
    const keys = [
      ...responderUris(certificate).map((url) => ocspKey(url, certificate)),
      ...points.flatMap(addresses).map(crlKey),
    ]
    for (const key of keys) await this.#cache.delete(key)
  }

  async #deltas(points: readonly DistributionPoint[], time: number): Promise<readonly CertificateList[]> {
    const urls = this.#permitted([...new Set(points.flatMap(addresses))])
    const deltas: CertificateList[] = []
    for (const url of urls) {
      try {
        deltas.push(await this.#crl(url, time))
      } catch (error) {
        // "delta CRLs are optional": the complete ones hold as long as they said.
        if (!isFetchFailure(error)) throw error
      }
    }
    return deltas
  }

  async #crl(url: string, time: number): Promise<CertificateList> {
    const key = crlKey(url)
    const kept = await this.#cache.get(key)
    if (kept !== undefined) {
      const crl = this.#read.get(kept) ?? this.#parsed(kept)
      if (crl !== undefined && (crl.nextUpdate ?? 0) > time) return crl
    }
    const bytes = await fetchBytes(url, this.#options, this.#options.maxCrlBytes ?? 16 * 1024 * 1024)
    const crl = this.#parsed(bytes)
    if (crl === undefined) throw new TlsError('ERR_TLS_REVOCATION_FETCH', 'what was fetched is not a CRL')
    if ((crl.nextUpdate ?? 0) > time) await this.#cache.set(key, bytes, crl.nextUpdate as number)
    return crl
  }

  #parsed(bytes: Uint8Array): CertificateList | undefined {
    try {
      const crl = CertificateList.parse(bytes)
      this.#read.set(bytes, crl)
      return crl
    } catch (error) {
      if (error instanceof TlsError && error.code === 'ERR_TLS_CRL_PARSE') return undefined
      throw error
    }
  }

  #permitted(urls: readonly string[]): readonly string[] {
    const { permits = () => true } = this.#options
    return urls.filter((url) => /^https?:\/\//i.test(url) && permits(url)).slice(0, maxAddresses)
  }
}

/** What the first address gives that answers; the failure of the first, if none does; `undefined`: there is none. */
async function firstOf<T>(urls: readonly string[], ask: (url: string) => Promise<T>): Promise<T | undefined> {
  let failure: TlsError | undefined
  for (const url of urls) {
    try {
      return await ask(url)
    } catch (error) {
      if (!isFetchFailure(error)) throw error
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
  return undefined
}

function isFetchFailure(error: unknown): error is TlsError {
  return error instanceof TlsError && error.code === 'ERR_TLS_REVOCATION_FETCH'
}

/** When a response is of no use any more, milliseconds since 1970; 0: it never was. */
function ocspExpiry(response: Uint8Array): number {
  try {
    const { basic } = parseOcspResponse(response)
    return Math.min(
      ...(basic?.responses.map(({ nextUpdate }) => nextUpdate ?? 0) ?? []),
      basic === undefined ? 0 : Infinity,
    )
  } catch (error) {
    if (error instanceof TlsError && error.code === 'ERR_TLS_OCSP_PARSE') return 0
    throw error
  }
}

function addresses({ name }: DistributionPoint): readonly string[] {
  return name?.type === 'full' ? name.names.flatMap((one) => (one.type === 'uri' ? [one.value] : [])) : []
}

/** URIs of OCSP responders in authorityInfoAccess. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.2.1 */
function responderUris({ authorityInfoAccess = [] }: Certificate): readonly string[] {
  return authorityInfoAccess.flatMap(({ method, location }) =>
    method === ocspMethod && location.type === 'uri' ? [location.value] : [],
  )
}

function ocspKey(url: string, { issuer, serialNumber }: Certificate): string {
  return `ocsp ${url} ${toHex(issuer.der)} ${toHex(serialNumber)}`
}

function crlKey(url: string): string {
  return `crl ${url}`
}

/** A certificate names one or two; each costs a request. */
const maxAddresses = 4
const maxPoints = 4

/** id-ad-ocsp */
const ocspMethod = '1.3.6.1.5.5.7.48.1'
