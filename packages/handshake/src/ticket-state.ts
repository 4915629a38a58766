import { Secret } from '@typetls/crypto-provider'
import type { Codec } from '@typetls/wire'
import { TlsError, decode, encode, fromAscii, opaqueVector, struct, uint16, uint32, uint8, vector } from '@typetls/wire'
import type { StoredPeer } from './session.ts'
import { latin1 } from './session.ts'

/** What a server puts, sealed, into a ticket: all it needs to go on, so that it keeps nothing itself. */
export interface TicketState {
  readonly cipherSuite: number
  /** TLS 1.2: whether the main secret is bound to the handshake. RFC 7627 */
  readonly extendedMainSecret: boolean
  /** TLS 1.2: the main secret. */
  readonly psk: Secret
  readonly ageAdd: number
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  /** Seconds. */
  readonly lifetime: number
  readonly serverName: string | undefined
  readonly applicationProtocol: string | undefined
  /** Of the external PSK that authenticated the first handshake. */
  readonly externalPskIdentity: Uint8Array | undefined
  /** The client as it was authenticated by certificate. */
  readonly peer: StoredPeer | undefined
}

/** In clear: to be sealed by a `TicketProtector`, and wiped after. */
export function encodeTicketState(state: TicketState): Uint8Array {
  const identity = state.externalPskIdentity
  return encode(Stored, {
    format,
    cipherSuite: state.cipherSuite,
    extendedMainSecret: state.extendedMainSecret ? 1 : 0,
    psk: state.psk.reveal(),
    ageAdd: state.ageAdd,
    issuedAtHigh: Math.floor(state.issuedAt / 0x1_0000_0000),
    issuedAtLow: Math.floor(state.issuedAt) % 0x1_0000_0000,
    lifetime: state.lifetime,
    serverName: latin1(state.serverName),
    applicationProtocol: latin1(state.applicationProtocol),
    externalPskIdentity: identity === undefined || identity.length > maxStoredIdentity ? [] : [identity],
    authorized: state.peer?.authorized === true ? 1 : 0,
    certificates: state.peer?.certificates ?? [],
  })
}

/** `undefined` when the bytes are of another format: an older version of us sealed them. */
export function decodeTicketState(bytes: Uint8Array): TicketState | undefined {
  if (bytes[0] !== format) return undefined
  try {
    const read = decode(Stored, bytes)
    return {
      cipherSuite: read.cipherSuite,
      extendedMainSecret: read.extendedMainSecret === 1,
      psk: Secret.copyOf(read.psk),
      ageAdd: read.ageAdd,
      issuedAt: read.issuedAtHigh * 0x1_0000_0000 + read.issuedAtLow,
      lifetime: read.lifetime,
      serverName: read.serverName.length === 0 ? undefined : fromAscii(read.serverName),
      applicationProtocol: read.applicationProtocol.length === 0 ? undefined : fromAscii(read.applicationProtocol),
      externalPskIdentity: read.externalPskIdentity[0]?.slice(),
      peer:
        read.certificates.length === 0
          ? undefined
          : { certificates: read.certificates.map((der) => new Uint8Array(der)), authorized: read.authorized === 1 },
    }
  } catch (error) {
    // A protector that opened what we did not seal: as good as no ticket.
    if (error instanceof TlsError) return undefined
    throw error
  }
}

/** Whether a ticket can be used for this handshake. */
export function fits<Suite extends { readonly id: number }>(
  state: TicketState,
  wanted: {
    readonly serverName: string | undefined
    readonly acrossNames?: boolean
    readonly now: number
    readonly suites: readonly Suite[]
  },
): Suite | undefined {
  const age = wanted.now - state.issuedAt
  if (age < 0 || age >= 1000 * state.lifetime) return undefined
  if (state.serverName !== wanted.serverName && wanted.acrossNames !== true) return undefined
  return wanted.suites.find((row) => row.id === state.cipherSuite)
}

interface StoredTicket {
  readonly format: number
  readonly cipherSuite: number
  readonly extendedMainSecret: number
  readonly psk: Uint8Array
  readonly ageAdd: number
  readonly issuedAtHigh: number
  readonly issuedAtLow: number
  readonly lifetime: number
  readonly serverName: Uint8Array
  readonly applicationProtocol: Uint8Array
  readonly externalPskIdentity: readonly Uint8Array[]
  readonly authorized: number
  readonly certificates: readonly Uint8Array[]
}

const format = 4

/** Bytes. A longer one, which only TLS 1.3 has, could make a ticket that nobody can send; who resumes is unknown then. */
const maxStoredIdentity = 1024

const Stored: Codec<StoredTicket> = /* @__PURE__ */ struct('TicketState', {
  format: uint8,
  cipherSuite: uint16,
  extendedMainSecret: uint8,
  psk: opaqueVector(1, 255),
  ageAdd: uint32,
  issuedAtHigh: uint32,
  issuedAtLow: uint32,
  lifetime: uint32,
  serverName: opaqueVector(0, 255),
  applicationProtocol: opaqueVector(0, 255),
  // None or one: an identity of TLS 1.2 may be empty.
  externalPskIdentity: vector(opaqueVector(0, maxStoredIdentity), 0, 0xffff),
  authorized: uint8,
  certificates: vector(opaqueVector(1, 0xffffff), 0, 0xffffff),
})
