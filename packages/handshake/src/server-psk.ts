import type { CipherSuite, Secret } from '@typetls/crypto-provider'
import { TlsError, equalBytes } from '@typetls/wire'
import type { Handshake } from './handshake.ts'
import { EarlySecret } from './key-schedule.ts'
import type { ClientHello } from './messages/client-hello.ts'
import type { OfferedPsks } from './messages/extensions.ts'
import { PskKeyExchangeMode } from './messages/extensions.ts'
import type { ServerParameters } from './parameters.ts'
import type { Program } from './program.ts'
import { ask } from './program.ts'
import type { TicketState } from './ticket-state.ts'
import { decodeTicketState, fits } from './ticket-state.ts'

/** A PSK whose binder was checked, and the suite that goes with it. */
export interface AcceptedPsk {
  readonly kind: 'external' | 'resumption'
  readonly index: number
  readonly identity: Uint8Array
  readonly suite: CipherSuite
  readonly early: EarlySecret
  /** Whether the client lets us add (EC)DHE. */
  readonly keyExchange: boolean
  readonly ticket: TicketState | undefined
  /** Milliseconds: the age of the ticket as the client has it, less its age as we have it. */
  readonly ticketAgeSkew: number | undefined
}

/**
 * Finds the first offered PSK we can use and checks its binder. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
 *
 * @param suites in common with the client, in order of preference
 * @param owned gets every secret this makes
 */
export function* acceptPsk(
  hs: Handshake,
  parameters: ServerParameters,
  hello: ClientHello,
  suites: readonly CipherSuite[],
  owned: Set<{ dispose(): void }>,
): Program<AcceptedPsk | undefined> {
  const offered = hello.extensions.pre_shared_key
  if (offered === undefined) return undefined
  checkShape(hello, offered)
  const modes = hello.extensions.psk_key_exchange_modes as readonly number[]
  const without = parameters.allowPskWithoutKeyExchange && modes.includes(PskKeyExchangeMode.psk_ke)
  // psk_ke is for where a key exchange cannot be: it gives up forward secrecy.
  const keyExchange = modes.includes(PskKeyExchangeMode.psk_dhe_ke) && !(without && !hasCommonGroup(parameters, hello))
  if (!keyExchange && !without) return undefined
  const serverName = hello.extensions.server_name
  for (const [index, { identity, obfuscatedTicketAge }] of offered.identities.slice(0, maxIdentities).entries()) {
    const found = yield* lookUp(hs, parameters, identity, serverName, suites)
    if (found === undefined) continue
    if (found.ticket !== undefined) owned.add(found.secret)
    const early = yield* EarlySecret.from(hs.crypto, found.suite.hash, found.secret)
    owned.add(early)
    // "the server MUST validate the corresponding binder value": a wrong one is fatal, not skipped. Those of other PSKs
    // are not ours to judge: a session of TLS 1.2 may stand among them with a binder of its own.
    const binder = offered.binders[index] as Uint8Array
    checkLength(binder)
    const hash = yield* hs.transcript.hashBy(found.suite.hash, bindersLength(offered))
    const expected = yield* early.binder(found.kind, hash)
    if (!equalBytes(expected, binder)) {
      throw new TlsError('ERR_TLS_PSK_BINDER', `the binder of PSK ${index} does not fit the key and the ClientHello`)
    }
    const { kind, suite, ticket } = found
    const ticketAgeSkew = ticket && ageSkew(ticket, obfuscatedTicketAge, parameters.now())
    return { kind, index, identity, suite, early, keyExchange, ticket, ticketAgeSkew }
  }
  return undefined
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11.1 */
function ageSkew({ ageAdd, issuedAt }: TicketState, obfuscatedAge: number, now: number): number {
  return ((obfuscatedAge - ageAdd) >>> 0) - Math.floor(now - issuedAt)
}

function hasCommonGroup({ groups }: ServerParameters, { extensions }: ClientHello): boolean {
  const { supported_groups: listed = [], key_share: shares } = extensions
  return shares !== undefined && groups.some((group) => listed.includes(group.id))
}

interface FoundPsk {
  readonly kind: 'external' | 'resumption'
  readonly secret: Secret
  readonly suite: CipherSuite
  readonly ticket: TicketState | undefined
}

function* lookUp(
  hs: Handshake,
  parameters: ServerParameters,
  identity: Uint8Array,
  serverName: string | undefined,
  suites: readonly CipherSuite[],
): Program<FoundPsk | undefined> {
  const { externalPsk, tickets } = parameters
  if (externalPsk !== undefined) {
    const psk = yield* ask('ERR_TLS_CALLBACK', 'the external PSK lookup', () => externalPsk(identity))
    const suite = psk && suites.find((row) => row.hash === (psk.hash ?? 'sha256'))
    if (psk !== undefined && suite !== undefined)
      return { kind: 'external', secret: psk.secret, suite, ticket: undefined }
  }
  if (tickets === undefined) return undefined
  const opened = yield* ask('ERR_TLS_CALLBACK', 'the ticket protector', () => tickets.open(identity))
  if (opened === undefined) return undefined
  const ticket = decodeTicketState(opened)
  opened.fill(0)
  if (ticket === undefined) return undefined
  const acrossNames = parameters.resumptionAcrossNames
  const suite = fits(ticket, { serverName, acrossNames, now: parameters.now(), suites })
  if (suite === undefined || !authenticatedEnough(ticket, parameters) || !(yield* isStillKnown(ticket, parameters))) {
    ticket.psk.dispose()
    hs.decided('ticket', 'not usable for this handshake')
    return undefined
  }
  return { kind: 'resumption', secret: ticket.psk, suite, ticket }
}

/** Whether the PSK of the first handshake is still one, where that is asked for. */
export function* isStillKnown(
  { externalPskIdentity: identity }: TicketState,
  { externalPsk, verifyOnResumption }: ServerParameters,
): Program<boolean> {
  if (identity === undefined || !verifyOnResumption) return true
  return (yield* ask('ERR_TLS_CALLBACK', 'the external PSK lookup', () => externalPsk?.(identity))) !== undefined
}

/** What we ask of clients may have become stricter since the ticket was made. */
export function authenticatedEnough(
  { peer, externalPskIdentity }: TicketState,
  { clientAuthentication, verifier }: ServerParameters,
): boolean {
  if (peer === undefined) return clientAuthentication !== 'require' || externalPskIdentity !== undefined
  return peer.authorized || clientAuthentication === 'none' || verifier?.acceptsUnauthorized === true
}

function checkShape(hello: ClientHello, offered: OfferedPsks): void {
  const order = hello.extensions.order ?? []
  if (order[order.length - 1] !== preSharedKey) {
    throw new TlsError('ERR_TLS_PSK_NOT_LAST', 'pre_shared_key must be the last extension of a ClientHello')
  }
  if (offered.identities.length !== offered.binders.length) {
    throw new TlsError('ERR_TLS_PSK_BINDER_COUNT', 'there must be one binder for each PSK identity', {
      expected: offered.identities.length,
      received: offered.binders.length,
    })
  }
  if (hello.extensions.psk_key_exchange_modes === undefined) {
    throw new TlsError('ERR_TLS_MISSING_EXTENSION', 'pre_shared_key without psk_key_exchange_modes', {
      expected: 'psk_key_exchange_modes',
    })
  }
}

/** The syntax of a binder, which other stacks call a wrong binder. */
function checkLength({ length }: Uint8Array): void {
  if (length >= minBinder) return
  throw new TlsError('ERR_TLS_PSK_BINDER_LENGTH', 'a PSK binder has fewer bytes than any hash', {
    expected: { min: minBinder },
    received: length,
  })
}

/** Bytes of the binders vector with its length: what a binder does not cover. */
function bindersLength(offered: OfferedPsks): number {
  return offered.binders.reduce((sum, binder) => sum + 1 + binder.length, 2)
}

const preSharedKey = 41

/** PskBinderEntry<32..255> */
const minBinder = 32

/** More identities than this are not looked at: each may cost a decryption or a question to somebody. */
const maxIdentities = 8
