import { nodeCrypto } from '@typetls/crypto-node'
import { createAuthority } from '@typetls/testing'
import type { RawExtension, TestCertificate } from '@typetls/testing'
import { ascii, fromHex, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { CrlOptions } from '../../test/crl-bytes.ts'
import { extension, makeCrl, uriPoint } from '../../test/crl-bytes.ts'
import { failed, makeOcspResponse } from '../../test/ocsp-bytes.ts'
import { Certificate } from '../certificate.ts'
import { derElement, objectIdentifier, sequence } from '@typetls/wire/der'
import type { SourceRequest } from '../revocation/index.ts'
import { memoryCache } from './cache.ts'
import type { FetcherOptions } from './fetcher.ts'
import { createRevocationFetcher } from './fetcher.ts'
import type { FetchInit, FetchResponse } from './http.ts'

const root = createAuthority()
const time = Date.UTC(2026, 10, 21)
const points = (...urls: string[]): RawExtension => ({
  oid: '2.5.29.31',
  value: derElement(sequence, ...urls.map((url) => derElement(sequence, uriPoint(url)))),
})
const responders = (...urls: string[]): RawExtension => ({
  oid: '1.3.6.1.5.5.7.1.1',
  value: derElement(
    sequence,
    ...urls.map((url) =>
      derElement(sequence, derElement(objectIdentifier, fromHex('2b06010505073001')), derElement(0x86, ascii(url))),
    ),
  ),
})

describe('an OCSP responder', () => {
  const leaf = root.issue({ extensions: [responders('http://ocsp.example/')] })
  const response = makeOcspResponse({ issuer: root, singles: [{ certificate: leaf }] })

  test('is asked by POST, once, until its answer is out of date', async () => {
    const web = internet({ 'http://ocsp.example/': response })
    const source = createRevocationFetcher(web.options)
    expect(await source.ocspResponse?.(about(leaf))).toEqual({ response, nonce: undefined })
    expect(await source.ocspResponse?.(about(leaf))).toEqual({ response, nonce: undefined })
    expect(web.requests).toHaveLength(1)
    expect(web.requests[0]).toMatchObject({
      url: 'http://ocsp.example/',
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      redirect: 'error',
      signal: 'in time',
    })
    expect(toHex(web.requests[0]?.body as Uint8Array)).toContain(toHex(about(leaf).certificate.serialNumber))
    await source.ocspResponse?.({ ...about(leaf), time: Date.UTC(2026, 10, 28) })
    expect(web.requests).toHaveLength(2)
  })

  test('is asked again when its answer did not count', async () => {
    const web = internet({ 'http://ocsp.example/': response })
    const source = createRevocationFetcher(web.options)
    await source.ocspResponse?.(about(leaf))
    await source.reject?.(about(leaf))
    await source.ocspResponse?.(about(leaf))
    expect(web.requests).toHaveLength(2)
  })

  test('is asked with a nonce each time if that is wanted', async () => {
    const web = internet({ 'http://ocsp.example/': response })
    const source = createRevocationFetcher({ ...web.options, nonce: true })
    const answers = [await source.ocspResponse?.(about(leaf)), await source.ocspResponse?.(about(leaf))]
    for (const [i, answer] of answers.entries()) {
      expect(answer?.nonce).toHaveLength(32)
      expect(toHex(web.requests[i]?.body as Uint8Array)).toContain(toHex(answer?.nonce as Uint8Array))
    }
    expect(answers[0]?.nonce).not.toEqual(answers[1]?.nonce)
  })

  test.each([
    ['an error of OCSP', failed(3)],
    ['something else', Uint8Array.of(1)],
  ])('that answers with %s is heard but not remembered', async (_, bytes) => {
    const web = internet({ 'http://ocsp.example/': bytes })
    const source = createRevocationFetcher(web.options)
    for (let i = 1; i < 3; i++) {
      expect(await source.ocspResponse?.(about(leaf))).toMatchObject({ response: bytes })
      expect(web.requests).toHaveLength(i)
    }
  })

  test('that does not answer leaves it to the next', async () => {
    const two = root.issue({ extensions: [responders('http://down.example/', 'http://ocsp.example/')] })
    const web = internet({ 'http://ocsp.example/': response })
    expect(await createRevocationFetcher(web.options).ocspResponse?.(about(two))).toMatchObject({ response })
    expect(web.requests.map(({ url }) => url)).toEqual(['http://down.example/', 'http://ocsp.example/'])
  })

  test('is not asked if there is none, if it is not wanted, or not permitted', async () => {
    const web = internet({ 'http://ocsp.example/': response })
    const ldap = root.issue({ extensions: [responders('ldap://ocsp.example/')] })
    const ask = (options: Partial<FetcherOptions<string>>, certificate = leaf): unknown =>
      createRevocationFetcher({ ...web.options, ...options }).ocspResponse?.(about(certificate))
    expect(await ask({}, root.issue())).toBeUndefined()
    expect(await ask({}, ldap)).toBeUndefined()
    expect(await ask({ methods: ['crl'] })).toBeUndefined()
    expect(await ask({ permits: (url) => !url.includes('ocsp.example') })).toBeUndefined()
    expect(web.requests).toEqual([])
  })
})

describe('a CRL', () => {
  const leaf = root.issue({ extensions: [points('http://crl.example/1')] })
  const der = makeCrl({ issuer: root })

  test('is fetched once, read once, and again when it is out of date', async () => {
    const web = internet({ 'http://crl.example/1': der })
    const source = createRevocationFetcher(web.options)
    const [first] = (await source.crls?.(about(leaf))) ?? []
    expect(first?.der).toEqual(der)
    expect((await source.crls?.(about(leaf)))?.[0]).toBe(first)
    expect(web.requests).toMatchObject([{ url: 'http://crl.example/1', method: 'GET' }])
    await source.crls?.({ ...about(leaf), time: Date.UTC(2026, 11, 2) })
    expect(web.requests).toHaveLength(2)
  })

  test('comes with the deltas that it or the certificate names, if they can be had', async () => {
    const freshest = (url: string): Uint8Array => derElement(sequence, derElement(sequence, uriPoint(url)))
    const named = makeCrl({ issuer: root, extensions: [extension('551d2e', false, freshest('http://crl.example/d1'))] })
    const delta = (options: Partial<CrlOptions>): Uint8Array => makeCrl({ issuer: root, deltaBase: 1, ...options })
    const own = { oid: '2.5.29.46', value: freshest('http://crl.example/d2') }
    const both = root.issue({ extensions: [points('http://crl.example/1'), own] })
    const web = internet({
      'http://crl.example/1': named,
      'http://crl.example/d1': delta({ number: 2 }),
      'http://crl.example/d2': delta({ number: 3 }),
    })
    const crls = await createRevocationFetcher(web.options).crls?.(about(both))
    expect(crls?.map(({ number }) => number)).toEqual([1n, 3n, 2n])
    const lost = internet({ 'http://crl.example/1': named })
    expect(await createRevocationFetcher(lost.options).crls?.(about(both))).toHaveLength(1)
  })

  test('of one point is enough if another cannot be had', async () => {
    const two = root.issue({ extensions: [points('http://down.example/', 'http://crl.example/1')] })
    const web = internet({ 'http://crl.example/1': der })
    expect(await createRevocationFetcher(web.options).crls?.(about(two))).toHaveLength(1)
  })

  test.each([
    ['cannot be reached', {}, {}, 'http://crl.example/1 did not answer'],
    ['is not there', { 'http://crl.example/1': 404 }, {}, 'http://crl.example/1 answered 404'],
    ['is none', { 'http://crl.example/1': Uint8Array.of(1) }, {}, 'what was fetched is not a CRL'],
    [
      'is too large',
      { 'http://crl.example/1': der },
      { maxCrlBytes: 99 },
      'http://crl.example/1 answered with more than 99 bytes',
    ],
  ] as const)('that %s is a failure with its reason', async (_, pages, options, message) => {
    const source = createRevocationFetcher({ ...internet(pages).options, ...options })
    await expect(source.crls?.(about(leaf))).rejects.toMatchObject({ code: 'ERR_TLS_REVOCATION_FETCH', message })
  })
})

test('a cache in memory drops what was not used for longest', async () => {
  const cache = memoryCache(5)
  await cache.set('a', new Uint8Array(2), 0)
  await cache.set('b', new Uint8Array(2), 0)
  await cache.get('a')
  await cache.set('c', new Uint8Array(3), 0)
  expect([await cache.get('a'), await cache.get('b'), await cache.get('c')].map((one) => one?.length)).toEqual([
    2,
    undefined,
    3,
  ])
  await cache.set('d', new Uint8Array(6), 0)
  await cache.delete('a')
  expect([await cache.get('a'), await cache.get('c'), await cache.get('d')].map((one) => one?.length)).toEqual([
    undefined,
    3,
    undefined,
  ])
})

test('the fetch of the platform fits', () => {
  expect(createRevocationFetcher({ fetch, signal: () => AbortSignal.timeout(1000) })).toBeDefined()
})

function about(certificate: TestCertificate): SourceRequest {
  const issuer = Certificate.parse(root.certificate)
  return { certificate: Certificate.parse(certificate.certificate), issuer, crypto: nodeCrypto, time }
}

/** Addresses with what they answer: bytes or a status. */
function internet(pages: Readonly<Record<string, Uint8Array | number>>): {
  readonly options: FetcherOptions<string>
  readonly requests: (FetchInit<string> & { readonly url: string })[]
} {
  const requests: (FetchInit<string> & { readonly url: string })[] = []
  const answer = (page: Uint8Array | number): FetchResponse => {
    if (typeof page === 'number') return { ok: false, status: page, body: null }
    const chunks = [page.subarray(0, 50), page.subarray(50)]
    const read = (): ReturnType<ReturnType<NonNullable<FetchResponse['body']>['getReader']>['read']> => {
      const value = chunks.shift()
      return Promise.resolve({ done: value === undefined, value })
    }
    return { ok: true, status: 200, body: { getReader: () => ({ read, cancel: () => Promise.resolve() }) } }
  }
  const get = (url: string, init: FetchInit<string>): Promise<FetchResponse> => {
    requests.push({ ...init, url })
    const page = pages[url]
    return page === undefined ? Promise.reject(new Error('no such host')) : Promise.resolve(answer(page))
  }
  return { options: { fetch: get, signal: () => 'in time' }, requests }
}
