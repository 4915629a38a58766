import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { nodeCrypto } from '../../packages/crypto-node/src/index.ts'
import { allRoots } from '../../packages/roots/src/index.ts'
import { createAuthority, seededRandom } from '../../packages/testing/src/index.ts'
import { TlsError } from '../../packages/wire/src/index.ts'
import { Certificate, createVerifier } from '../../packages/x509/src/index.ts'
import { certificateText } from '../../packages/x509/src/certificate-text.ts'
import { CertificateList, parseOcspResponse } from '../../packages/x509/src/revocation/index.ts'
import { makeCrl } from '../../packages/x509/test/crl-bytes.ts'
import { makeOcspResponse } from '../../packages/x509/test/ocsp-bytes.ts'
import { mutated } from './mutate.ts'

export interface FuzzReport {
  readonly runs: number
  /** How many were still parsed as what they were. */
  readonly parsed: number
  /** Of a run, milliseconds: the shortest of four tries where the first was suspicious. */
  readonly slowest: number
  /** Exceptions that are none of ours, each with the bytes that caused it. */
  readonly strange: readonly string[]
}

/** Mutates certificates, CRLs and OCSP responses (ours, the roots of Mozilla, those of x509-limbo and NIST PKITS), and reads and judges them to the last field. */
export async function fuzzX509(runs: number, seed: number): Promise<FuzzReport> {
  const random = seededRandom(seed)
  const { made, stored } = await (known ??= documents())
  const strange: string[] = []
  let parsed = 0
  let slowest = 0
  for (let run = 0; run < runs; run++) {
    // In turn; the stored ones in strides, so that a short run meets all kinds of them.
    const turn = run >>> 1
    const { der, read } = (run % 2 === 0 ? made[turn % made.length] : stored[(turn * 977) % stored.length]) as Source
    const bytes = mutated(der, random)
    let took = timed(() => {
      try {
        read(bytes)
        parsed++
      } catch (error) {
        if (!(error instanceof TlsError) || error.code === 'ERR_TLS_INTERNAL') {
          strange.push(`${String(error)}: ${Buffer.from(bytes).toString('hex')}`)
        }
      }
    })
    // The machine may have been busy: what is slow for its own sake is slow again.
    for (let again = 0; again < 3 && took > suspicious; again++)
      took = Math.min(
        took,
        timed(() => attempt(read, bytes)),
      )
    slowest = Math.max(slowest, took)
    if (strange.length > 20) break
  }
  return { runs, parsed, slowest, strange }
}

function timed(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

function attempt(read: Source['read'], bytes: Uint8Array): void {
  try {
    read(bytes)
  } catch {
    // Only how long it takes is asked.
  }
}

/** Milliseconds. */
const suspicious = 20

let known: ReturnType<typeof documents> | undefined

interface Source {
  readonly der: Uint8Array
  readonly read: (bytes: Uint8Array) => void
}

/** What is made here and carried by a package, and what others made to test validators. */
async function documents(): Promise<Readonly<Record<'made' | 'stored', readonly Source[]>>> {
  const authority = createAuthority({ serial: 1n })
  const constrained = authority.issueIntermediate({
    name: 'constrained',
    serial: 2n,
    pathLength: 1,
    nameConstraints: {
      permitted: { dns: ['example.org'], ip: ['10.0.0.0/8'] },
      excluded: { email: ['x@example.org'] },
    },
  })
  const leaf = constrained.issue({ dns: ['a.example.org', '*.example.org'], ip: ['10.1.2.3', '::1'], serial: 3n })
  const pss = createAuthority({ keyType: 'rsa', rsaPadding: 'pss', serial: 4n })
  const verifier = createVerifier({ trustAnchors: [authority.certificate] })
  const readCertificate = (bytes: Uint8Array): void => {
    const certificate = Certificate.parse(bytes)
    readAll(certificate)
    certificateText(certificate)
    for (const certificates of [
      [bytes, constrained.certificate],
      [leaf.certificate, bytes],
    ]) {
      try {
        verifier.verify(
          { certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined },
          { peer: 'server', name: 'a.example.org', now: Date.UTC(2026, 10), crypto: nodeCrypto, signatureSchemes: [] },
        )
      } catch (error) {
        if (!(error instanceof TlsError)) throw error
      }
    }
  }
  const crl = makeCrl({ issuer: authority, revoked: [{ certificate: leaf, reason: 1 }] })
  const ocsp = makeOcspResponse({ issuer: authority, singles: [{ certificate: leaf }] })
  const readCrl = (bytes: Uint8Array): void => readAll(CertificateList.parse(bytes))
  const roots = (await allRoots()).map(({ der }) => ({ der, read: readCertificate }))
  const own = [authority, constrained, leaf, pss].map(({ certificate }) => ({
    der: certificate,
    read: readCertificate,
  }))
  const others: Source[] = [
    { der: crl, read: readCrl },
    { der: ocsp, read: (bytes) => readAll(parseOcspResponse(bytes)) },
  ]
  // Ours have every extension: their turn comes as often as that of all roots together.
  const turns = Array.from({ length: Math.ceil(roots.length / 6) }, () => [...own, ...others]).flat()
  const { certificates, crls } = storedDocuments()
  return {
    made: roots.flatMap((root, i) => [root, turns[i] as Source]),
    stored: [
      ...certificates.map((der) => ({ der, read: readCertificate })),
      ...crls.map((der) => ({ der, read: readCrl })),
    ],
  }
}

/** The certificates and CRLs of x509-limbo and NIST PKITS, each once. */
function storedDocuments(): Readonly<Record<'certificates' | 'crls', readonly Uint8Array[]>> {
  const read = (path: string): unknown =>
    JSON.parse(gunzipSync(readFileSync(new URL(`../../interop/${path}.json.gz`, import.meta.url))).toString())
  const limbo = read('limbo/data/limbo') as { readonly testcases: readonly LimboCase[] }
  const pkits = read('pkits/data/pkits') as Readonly<Record<'certs' | 'crls', Readonly<Record<string, string>>>>
  const certificates = limbo.testcases.flatMap((one) => [
    one.peer_certificate,
    ...one.untrusted_intermediates,
    ...one.trusted_certs,
  ])
  const crls = limbo.testcases.flatMap((one) => one.crls ?? [])
  const decoded = (texts: readonly string[]): Uint8Array[] =>
    [...new Set(texts)].map((text) => Uint8Array.from(Buffer.from(text.replace(/-----[A-Z0-9 ]+-----/g, ''), 'base64')))
  return {
    certificates: decoded([...certificates, ...Object.values(pkits.certs)]),
    crls: decoded([...crls, ...Object.values(pkits.crls)]),
  }
}

interface LimboCase {
  readonly peer_certificate: string
  readonly untrusted_intermediates: readonly string[]
  readonly trusted_certs: readonly string[]
  readonly crls?: readonly string[]
}

/** Reads every getter, each failing on its own. */
function readAll(value: object): void {
  const prototype = Object.getPrototypeOf(value) as object
  for (const name of new Set([...Object.getOwnPropertyNames(prototype), ...Object.keys(value)])) {
    try {
      const part = (value as Readonly<Record<string, unknown>>)[name]
      if (name === 'toString' || name === 'toJSON') (part as () => unknown).call(value)
      else if (typeof part !== 'function') JSON.stringify(part, plain)
    } catch (error) {
      if (!(error instanceof TlsError)) throw error
    }
  }
}

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' || value instanceof Set || value instanceof Map ? String(value) : value
}
