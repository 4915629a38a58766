import type { ConnectionFacts, Session } from '@typetls/connection'
import { cipherSuites } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import { groupId, schemeId } from './algorithms.ts'
import { allTls12Suites } from './ciphers.ts'
import type { Flags } from './flags.ts'
import { certificatesIn } from './identity.ts'
import type { Profile } from './profile.ts'
import { Unexpected } from './refusal.ts'

/** What the command line expects of a handshake that is complete. @throws Unexpected */
export function checkFacts({ flags, judge, identity }: Profile, facts: ConnectionFacts, resuming: boolean): void {
  const { peer } = facts
  const suite = [...cipherSuites, ...allTls12Suites].find(({ name }) => name === facts.cipherSuite)?.id
  expectSame('resumption', facts.resumed, resuming && !flags['expect-session-miss'])
  expectGiven('version', flags['expect-version'], facts.version === 'TLSv1.3' ? 0x0304 : 0x0303)
  expectGiven('cipher suite', flags['expect-cipher'], suite)
  expectGiven('cipher suite', flags['expect-cipher-aes'], suite)
  // TLS 1.2 resumes without a key exchange: there is no group then, where BoringSSL has that of the first handshake.
  const grouped = !facts.resumed || facts.version === 'TLSv1.3'
  if (grouped) expectGiven('group', flags['expect-curve-id'], groupId(facts.group))
  const scheme = flags.server ? facts.clientSignatureScheme : facts.signatureScheme
  // Of what the first handshake showed, a session of ours remembers the chain, and BoringSSL's the rest as well.
  if (!facts.resumed) {
    expectGiven('signature scheme', flags['expect-peer-signature-algorithm'], schemeId(scheme))
    expectBytes('OCSP response', flags['expect-ocsp-response'], peer?.ocspResponse)
    expectBytes('timestamps', flags['expect-signed-cert-timestamps'], peer?.signedCertificateTimestamps)
  }
  if (flags['expect-extended-master-secret']) expectSame('extended_main_secret', facts.extendedMainSecret, true)
  if (flags['expect-secure-renegotiation']) expectSame('renegotiation_info', facts.secureRenegotiation, true)
  if (flags['expect-no-secure-renegotiation']) expectSame('renegotiation_info', facts.secureRenegotiation, false)
  expectGiven('server name', flags['expect-server-name'], facts.serverName)
  if (flags['expect-no-server-name']) expectSame('server name', facts.serverName, undefined)
  expectSame(
    'ALPN',
    facts.applicationProtocol ?? '',
    (flags.server ? flags['select-alpn'] : flags['expect-alpn']) ?? '',
  )
  if (flags['expect-hrr']) expectSame('HelloRetryRequest', facts.helloRetryRequest, true)
  if (flags['expect-no-hrr']) expectSame('HelloRetryRequest', facts.helloRetryRequest, false)
  expectGiven('credential', flags['expect-selected-credential'], identity.selected)
  if (resuming && flags['expect-ticket-age-skew'] !== undefined) {
    const { ticketAgeSkew } = facts
    const seconds = ticketAgeSkew === undefined ? undefined : Math.trunc(ticketAgeSkew / 1000)
    expectSame('ticket age skew', seconds, flags['expect-ticket-age-skew'])
  }
  expectGiven('early data', flags['expect-early-data-reason'], 'disabled')
  if (flags['expect-verify-result'] && judge.verdict !== undefined) {
    expectSame('verdict', judge.verdict, flags['verify-fail'] ? 'bad' : 'good')
  }
  // A PSK authenticates without.
  const wanted = flags.psk === undefined && (!flags.server || flags['require-any-client-certificate'] === true)
  if (flags['expect-no-peer-cert'] || wanted)
    expectSame('certificate', peer !== undefined, !flags['expect-no-peer-cert'])
  const file = flags['expect-peer-cert-file']
  if (file !== undefined) {
    const chain = certificatesIn(file)
    const same = chain.length === peer?.certificates.length
    if (!same || !chain.every((der, i) => equalBytes(der, peer.certificates[i] as Uint8Array))) {
      throw new Unexpected('the chain of the peer is another')
    }
  }
}

/**
 * What must hold at the end of a connection that went well.
 *
 * @param stored how many sessions the server keeps by their ids
 */
export function checkSession(
  flags: Flags,
  facts: ConnectionFacts | undefined,
  session: Session | undefined,
  stored: number,
): void {
  if (facts === undefined) throw new Unexpected('the connection ended without a handshake')
  if (!facts.resumed && flags['expect-session-id']) expectSame('session ids', stored > 0, true)
  if (!facts.resumed && flags['expect-no-session-id']) expectSame('session ids', stored > 0, false)
  if (flags.server || flags['shim-shuts-down']) return
  // In TLS 1.3 every connection gives tickets; in TLS 1.2 one that resumes only where the ticket is to be renewed.
  const due = facts.version === 'TLSv1.3' || !facts.resumed || flags['expect-ticket-renewal'] === true
  expectSame('session', session !== undefined, due && !flags['expect-no-session'])
  const acrossNames = session?.resumableAcrossNames
  if (flags['expect-resumable-across-names']) expectSame('resumption across names', acrossNames, true)
  if (flags['expect-not-resumable-across-names']) expectSame('resumption across names', acrossNames, false)
}

function expectGiven<T>(what: string, expected: T | undefined, actual: T | undefined): void {
  if (expected !== undefined) expectSame(what, actual, expected)
}

function expectSame<T>(what: string, actual: T, expected: T): void {
  if (actual !== expected) throw new Unexpected(`${what} is ${String(actual)}, not ${String(expected)}`)
}

function expectBytes(what: string, expected: Uint8Array | undefined, actual: Uint8Array | undefined): void {
  if (expected === undefined) return
  if (actual === undefined || !equalBytes(actual, expected)) throw new Unexpected(`${what} differs`)
}
