import { nodeCrypto } from '../../packages/crypto-node/src/index.ts'
import { allRoots } from '../../packages/roots/src/index.ts'
import { createAuthority, seededRandom } from '../../packages/testing/src/index.ts'
import { TlsError } from '../../packages/wire/src/index.ts'
import { Certificate, createVerifier } from '../../packages/x509/src/index.ts'
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

/** Mutates certificates, CRLs and OCSP responses, and reads and judges them to the last field. */
export async function fuzzX509(runs: number, seed: number): Promise<FuzzReport> {
  const random = seededRandom(seed)
  const sources = await documents()
  const strange: string[] = []
  let parsed = 0
  let slowest = 0
  for (let run = 0; run < runs; run++) {
    const { der, read } = sources[run % sources.length] as Source
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

interface Source {
  readonly der: Uint8Array
  readonly read: (bytes: Uint8Array) => void
}

async function documents(): Promise<readonly Source[]> {
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
  const roots = (await allRoots()).map(({ der }) => ({ der, read: readCertificate }))
  const own = [authority, constrained, leaf, pss].map(({ certificate }) => ({
    der: certificate,
    read: readCertificate,
  }))
  const others: Source[] = [
    { der: crl, read: (bytes) => readAll(CertificateList.parse(bytes)) },
    { der: ocsp, read: (bytes) => readAll(parseOcspResponse(bytes)) },
  ]
  // Ours have every extension: their turn comes as often as that of all roots together.
  const turns = Array.from({ length: Math.ceil(roots.length / 6) }, () => [...own, ...others]).flat()
  return roots.flatMap((root, i) => [root, turns[i] as Source])
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
