import type { CipherSuiteRow, SessionIdStore } from '@typetls/connection/tls12'
import type { ConnectOptions, TlsServerOptions, TlsSocket } from '@typetls/node-adapter'
import type { TestKeyType } from '@typetls/testing'
import { expect } from 'vitest'
import type { Cell } from '../cell.ts'
import { closed, echo, freshLine, pem, subjectOf } from '../cell.ts'
import { certificates } from '../certificates.ts'
import type { Match } from '../match.ts'
import type { Feature, Setting } from '../peer.ts'
import { hasBlockCipher, keyTypesOf, suites12 } from './suites12.ts'

/** One value of each thing that a TLS 1.2 connection can have. */
interface Combination {
  readonly suite: CipherSuiteRow
  readonly certificate: TestKeyType
  readonly resumption: 'not resumed' | 'session id' | 'ticket'
  readonly client: 'client certificate' | 'no client certificate'
  readonly extendedMainSecret: boolean
  readonly encryptThenMac: boolean
}

/** Any two values that can meet do, in one cell at least: all of them with all others would be thousands. */
export function combinationCells(): Cell[] {
  return pairwise(all()).flatMap((combination) => {
    const name = nameOf(combination)
    const feature = featuresOf(combination)
    return [
      { name, role: 'client', feature, play: (match) => playClient(match, combination) },
      { name, role: 'server', feature, play: (match) => playServer(match, combination) },
    ]
  })
}

async function playClient(match: Match, combination: Combination): Promise<void> {
  const { certificate, client, suite } = combination
  const server = await match.theirServer({
    ...settingOf(combination),
    identity: certificates.server(certificate),
    ...(client === 'client certificate' && { clientAuthentication: 'require' }),
  })
  const ours: ConnectOptions = {
    ...pemOfClient(combination),
    cipherSuites: [suite],
    tls12: { ...ourTls12(combination), tickets: combination.resumption !== 'session id' },
  }
  const first = await match.ourClient(server.port, ours)
  await echo(first, server)
  check(first.socket, combination, false)
  if (combination.resumption === 'not resumed') return closed(first)
  const session = await first.session()
  await closed(first)
  const second = await match.ourClient(server.port, { ...ours, session })
  await echo(second, server)
  check(second.socket, combination, true)
  await closed(second)
}

async function playServer(match: Match, combination: Combination): Promise<void> {
  const { certificate, client, suite, resumption } = combination
  const server = await match.ourServer({
    ...pem(certificates.server(certificate)),
    ...(client === 'client certificate' && { requestCert: true, ca: certificates.ca }),
    cipherSuites: [suite],
    ...(resumption !== 'ticket' && { tickets: false }),
    tls12: { ...ourTls12(combination), ...(resumption === 'session id' && { sessions: sessionStore() }) },
  })
  const setting: Setting = {
    ...settingOf(combination),
    ...(client === 'client certificate' && { clientIdentity: certificates.client('ec-secp256r1') }),
  }
  const first = await match.theirClient(server.port, { ...setting, keepSession: resumption !== 'not resumed' })
  const socket = await server.next()
  if (resumption === 'not resumed') {
    await first.roundTrip(freshLine())
    return check(socket, combination, false)
  }
  let second = first
  if (first.session !== undefined) {
    await first.roundTrip(freshLine())
    second = await match.theirClient(server.port, { ...setting, sessionIn: await first.session() })
  }
  check(socket, combination, false)
  const [again] = await Promise.all([server.next(), second.roundTrip(freshLine())])
  check(again, combination, true)
}

function check({ facts }: TlsSocket, { suite, client, ...combination }: Combination, resumed: boolean): void {
  const { extendedMainSecret, encryptThenMac } = combination
  expect(facts).toMatchObject({ version: 'TLSv1.2', cipherSuite: suite.name, resumed, extendedMainSecret })
  if (hasBlockCipher(suite)) expect(facts).toMatchObject({ encryptThenMac })
  const { peer, clientSignatureScheme } = facts ?? {}
  if (!resumed) expect(clientSignatureScheme !== undefined).toBe(client === 'client certificate')
  // What we know of a client is known again when it resumes.
  const subject = peer === undefined ? undefined : subjectOf(peer.certificates)
  expect(['CN=localhost', client === 'client certificate' ? 'CN=interop client' : undefined]).toContain(subject)
}

function settingOf({ suite, resumption, extendedMainSecret, encryptThenMac }: Combination): Setting {
  return { suite: suite.name, tickets: resumption !== 'session id', extendedMainSecret, encryptThenMac }
}

/** The peer's extension is what is off: ours is on, and goes without. */
function ourTls12({
  extendedMainSecret,
}: Combination): Pick<NonNullable<TlsServerOptions['tls12']>, 'requireExtendedMainSecret'> {
  return { requireExtendedMainSecret: extendedMainSecret }
}

function pemOfClient({ client }: Combination): { cert?: string; key?: string } {
  return client === 'client certificate' ? pem(certificates.client('ec-secp256r1')) : {}
}

function sessionStore(): SessionIdStore {
  const kept = new Map<string, Uint8Array>()
  return {
    put: (id, state) => void kept.set(Buffer.from(id).toString('hex'), state.slice()),
    get: (id) => kept.get(Buffer.from(id).toString('hex'))?.slice(),
  }
}

function featuresOf(combination: Combination): Feature[] {
  const { suite, certificate, resumption, client, extendedMainSecret } = combination
  return [
    `suite ${suite.name}`,
    `certificate ${certificate}`,
    ...(resumption === 'not resumed' ? [] : (['resumption'] as const)),
    ...(resumption === 'session id' ? (['session id'] as const) : []),
    ...(client === 'client certificate' ? (['client authentication'] as const) : []),
    ...(extendedMainSecret ? [] : (['extended_main_secret off'] as const)),
  ]
}

function nameOf({ suite, certificate, resumption, client, ...combination }: Combination): string {
  return [
    suite.name,
    certificate,
    ...(resumption === 'not resumed' ? [] : [`resumed by ${resumption}`]),
    ...(client === 'client certificate' ? [client] : []),
    ...(combination.extendedMainSecret ? [] : ['no extended_main_secret']),
    ...(hasBlockCipher(suite) ? [combination.encryptThenMac ? 'encrypt_then_mac' : 'no encrypt_then_mac'] : []),
  ].join(', ')
}

function all(): Combination[] {
  const both = [true, false]
  return suites12.flatMap((suite) =>
    keyTypesOf(suite).flatMap((certificate) =>
      (['not resumed', 'session id', 'ticket'] as const).flatMap((resumption) =>
        (['client certificate', 'no client certificate'] as const).flatMap((client) =>
          both.flatMap((extendedMainSecret) =>
            (hasBlockCipher(suite) ? both : [true]).map((encryptThenMac) => ({
              ...{ suite, certificate, resumption, client, extendedMainSecret, encryptThenMac },
            })),
          ),
        ),
      ),
    ),
  )
}

/** Few of these in which any two values are together that are so in one of all: the one with most new pairs is next. */
function pairwise(candidates: readonly Combination[]): Combination[] {
  const left = candidates.map((combination) => ({ combination, pairs: pairsOf(combination) }))
  const met = new Set<string>()
  const chosen: Combination[] = []
  for (;;) {
    let best: (typeof left)[number] | undefined
    let most = 0
    for (const one of left) {
      const fresh = one.pairs.filter((pair) => !met.has(pair)).length
      if (fresh > most) [best, most] = [one, fresh]
    }
    if (best === undefined) break
    for (const pair of best.pairs) met.add(pair)
    chosen.push(best.combination)
  }
  return chosen.sort((one, other) => suites12.indexOf(one.suite) - suites12.indexOf(other.suite))
}

function pairsOf({ suite, ...rest }: Combination): string[] {
  const values = [suite.name, ...Object.entries(rest).map(([name, value]) => `${name} ${value}`)]
  return values.flatMap((one, i) => values.slice(i + 1).map((other) => `${one}, ${other}`))
}
