import { TlsError } from '@typetls/wire'
import type { Handshake } from '../handshake.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import type { ServerParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import { ask } from '../program.ts'
import { authenticatedEnough, isStillKnown } from '../server-psk.ts'
import type { TicketState } from '../ticket-state.ts'
import { decodeTicketState, fits } from '../ticket-state.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'
import type { OlderExtensions } from './extensions.ts'
import type { Tls12ServerParameters } from './parameters.ts'

export interface FoundSession {
  readonly state: TicketState
  readonly suite: Tls12CipherSuite
  readonly byTicket: boolean
}

/**
 * The session a client wants to go on with, if it may: by its ticket, else by its id.
 * https://www.rfc-editor.org/rfc/rfc5077#section-3.4
 */
export function* findSession(
  hs: Handshake,
  parameters: ServerParameters,
  tls12: Tls12ServerParameters,
  hello: ClientHello,
  older: OlderExtensions,
  suites: readonly Tls12CipherSuite[],
): Program<FoundSession | undefined> {
  const byTicket = older.sessionTicket !== undefined && older.sessionTicket.length > 0
  // The echo of its id is how the client knows. One without an id, and with a ticket, looks at what comes next.
  if (!byTicket && hello.legacySessionId.length === 0) return undefined
  const bytes = byTicket
    ? yield* openTicket(parameters, older.sessionTicket)
    : yield* lookUp(tls12, hello.legacySessionId)
  if (bytes === undefined) return undefined
  const state = decodeTicketState(bytes)
  bytes.fill(0)
  if (state === undefined) return undefined
  const wanted = { serverName: hello.extensions.server_name, now: parameters.now(), suites }
  const suite = fits(state, wanted)
  const usable =
    suite !== undefined &&
    state.psk.length === 48 &&
    authenticatedEnough(state, parameters) &&
    (parameters.resumeWithOtherSuite || suite === suites.find((row) => row.authentication === suite.authentication)) &&
    (yield* isStillKnown(state, parameters))
  if (usable && state.extendedMainSecret && !older.extendedMainSecret) {
    state.psk.dispose()
    throw new TlsError('ERR_TLS_EXTENDED_MAIN_SECRET', 'the client resumes without the extended_main_secret it had', {
      expected: true,
      received: false,
    })
  }
  // "If the original session did not use the "extended_master_secret" extension but the new ClientHello contains the
  // extension, then the server MUST NOT perform the abbreviated handshake."
  if (!usable || state.extendedMainSecret !== older.extendedMainSecret) {
    state.psk.dispose()
    hs.decided('ticket', 'not usable for this handshake')
    return undefined
  }
  return { state, suite, byTicket }
}

function* openTicket({ tickets }: ServerParameters, ticket: Uint8Array): Program<Uint8Array | undefined> {
  if (tickets === undefined) return undefined
  return yield* ask('ERR_TLS_CALLBACK', 'the ticket protector', () => tickets.open(ticket))
}

function* lookUp({ sessions }: Tls12ServerParameters, id: Uint8Array): Program<Uint8Array | undefined> {
  if (sessions === undefined) return undefined
  return yield* ask('ERR_TLS_CALLBACK', 'the session store', () => sessions.get(id))
}
