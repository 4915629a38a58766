// What the test calls within the page, and within a worker of it: plain data in, plain data out.
import type { CryptoProvider } from '@typetls/crypto-provider'
import { cipherSuites } from '@typetls/crypto-provider'
import type { ComplianceReport } from '@typetls/crypto-provider/compliance'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import type { MissingAlgorithm } from '@typetls/crypto-webcrypto'
import type { BackendName } from './backends.ts'
import { backendOf } from './backends.ts'
import type { Outcome, Setting } from './handshake.ts'
import { playHandshake } from './handshake.ts'

/** Global in the page as `inPage`. */
export interface InPage {
  readonly secureContext: boolean
  /** Everything that went wrong without anybody being told: errors nobody caught, what the page's policy forbade. */
  readonly complaints: readonly string[]
  /** Why a string cannot be run as code. */
  evaluating(): Promise<string>
  compliance(backend: BackendName): Promise<Compliance>
  offer(backend: BackendName): Promise<Offer>
  /** The code that the backend refuses to start with. */
  refusal(backend: BackendName): Promise<string>
  handshake(setting: Setting<BackendName>): Promise<Outcome>
}

export interface Compliance {
  readonly report: ComplianceReport
  /** The report, to read. */
  readonly text: string
}

/** What a backend has in this browser, by IANA names. */
export interface Offer {
  readonly suites: readonly string[]
  readonly groups: readonly string[]
  /** What the browser does not have, where it is the browser that does the work. */
  readonly missing: readonly MissingAlgorithm[]
}

const complaints: string[] = []

const inPage: InPage = {
  secureContext: isSecureContext,
  complaints,
  evaluating: inTurn(async () => {
    try {
      return String(new Function('return "allowed"')())
    } catch (error) {
      return (error as Error).name
    }
  }),
  compliance: inTurn(async (backend) => {
    const { provider, ...exceptions } = await backendOf(backend)
    const other = await backendOf(backend === 'noble' ? 'webcrypto' : 'noble')
    const report = await checkCompliance(provider, { ...exceptions, reference: other.provider })
    return { report, text: formatReport(report) }
  }),
  offer: inTurn(async (backend) => {
    const { provider, missing } = await backendOf(backend)
    const suites = cipherSuites.filter(({ aead }) => provider.aead[aead] !== undefined).map(({ name }) => name)
    return { suites, groups: Object.keys(provider.keyExchange), missing }
  }),
  refusal: inTurn(async (backend) =>
    backendOf(backend).then(
      () => 'none',
      (error: { readonly code?: string }) => error.code ?? String(error),
    ),
  ),
  handshake: inTurn(async ({ client, server, ...setting }) =>
    playHandshake({ ...setting, client: await provider(client), server: await provider(server) }),
  ),
}

/** Runs it a turn later: what a debugger evaluates is free of the page's policy until its turn ends. */
function inTurn<Args extends unknown[], Result>(
  run: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    await new Promise((resolve) => setTimeout(resolve))
    return run(...args)
  }
}

async function provider(name: BackendName): Promise<CryptoProvider> {
  return (await backendOf(name)).provider
}

for (const type of ['error', 'unhandledrejection', 'securitypolicyviolation']) {
  addEventListener(type, ({ message, reason, violatedDirective }) => {
    complaints.push(`${type}: ${String(message ?? reason ?? violatedDirective)}`)
  })
}
Object.assign(globalThis, { inPage })

declare const isSecureContext: boolean
declare function addEventListener(type: string, listener: (event: Complaint) => void): void

interface Complaint {
  readonly message?: string
  readonly reason?: unknown
  readonly violatedDirective?: string
}
