import type { Secret, SignatureScheme } from '@typetls/crypto-provider'
import { encodeMessage } from '@typetls/handshake'
import type { HandshakeBytes, HandshakeTypeName } from '@typetls/testing'
import { extensionsOf, handshakeMessage, handshakeType, parseHandshake, tls12MainSecret } from '@typetls/testing'
import { concat, equalBytes } from '@typetls/wire'
import type { Credential, ServerOptions } from '../src/index.ts'
import type { ServerTls12Options } from '../src/tls12/index.ts'
import { serverTls12 } from '../src/tls12/index.ts'
import { testCrypto } from './backend.ts'
import type { Changed, Peer } from './peers.ts'
import { serverName, serverPeer, tls12ServerPeer } from './peers.ts'
import type { Tls12Script, Tls12Step } from './tls12-scripted-peer.ts'
import { Tls12ScriptedPeer, uint, vector } from './tls12-scripted-peer.ts'

export interface Tls12ClientScript extends Tls12Script {
  /** The server under test. */
  readonly server?: Changed<ServerOptions>
  readonly server12?: ServerTls12Options
  /** Whether it has TLS 1.3 too. */
  readonly both?: boolean
  /** Default none: the Certificate is empty. */
  readonly credential?: Credential | undefined
  /** What to sign with. Default the credential's first. */
  readonly scheme?: SignatureScheme
  /** Go on with a session: its ticket, or its id, and its secret. */
  readonly resume?: { readonly ticket?: Uint8Array; readonly sessionId: Uint8Array; readonly main: Uint8Array }
  /** Ask for a ticket. */
  readonly ticket?: boolean
  /** Fields of the ClientHello. */
  readonly hello?: {
    readonly version?: number
    readonly suites?: readonly number[]
    readonly compression?: readonly number[]
    readonly groups?: readonly number[]
    readonly schemes?: readonly number[]
    readonly supportedVersions?: readonly number[]
    /** Default `serverName`. */
    readonly serverName?: string
  }
  /** Extensions of the ClientHello that only TLS 1.2 has, by number; `undefined`: not this one. */
  readonly extensions?: Readonly<Record<number, Uint8Array | undefined>>
}

/** A client of TLS 1.2 by script, and the server of ours that it plays with; nothing is said yet. */
export function tls12ScriptedClient(script: Tls12ClientScript = {}): Tls12ScriptedClient {
  return new Tls12ScriptedClient(script)
}

export class Tls12ScriptedClient extends Tls12ScriptedPeer {
  readonly peer: Peer
  steps: Tls12Step[] = ['client_hello']
  #options: Tls12ClientScript
  #share: Uint8Array = Uint8Array.of(0)
  #premaster: Uint8Array | undefined
  #requested = false
  #resumed = false
  /** Whether the server has extended_main_secret too. */
  #extended = true
  /** In a renegotiation. */
  #renegotiationInfo: Uint8Array | undefined

  constructor(options: Tls12ClientScript) {
    super('client', options)
    this.#options = options
    this.clientRandom = testCrypto.random(32)
    const wire = { output: this.take, end() {} }
    const server = { groups: ['x25519', 'secp256r1'], ...options.server }
    this.peer =
      options.both === true
        ? serverPeer({ ...server, tls12: serverTls12(options.server12) }, wire)
        : tls12ServerPeer(server, wire, options.server12 ?? {})
  }

  /** Is ready to play another handshake. */
  renegotiate(changed: Pick<Tls12ClientScript, 'extensions' | 'credential' | 'hello' | 'suite'> = {}): this {
    const finished = this.said.findLast(({ type }) => type === handshakeType.finished)
    if (finished === undefined) throw new RangeError('there was no handshake')
    this.#renegotiationInfo = vector(1, finished.body)
    this.#options = { ...this.#options, ...changed }
    this.clientRandom = testCrypto.random(32)
    this.transcript.length = 0
    this.#requested = false
    this.steps = ['client_hello']
    return this
  }

  protected override saidStep(step: Tls12Step): void {
    this.steps = this.steps.slice(this.steps.indexOf(step) + 1)
    if (step !== 'client_key_exchange' || this.#premaster === undefined) return
    this.main = tls12MainSecret(
      this.suite,
      this.#premaster,
      this.#extended
        ? { transcript: concat(...this.transcript) }
        : { client: this.clientRandom, server: this.serverRandom },
    )
  }

  protected override made(type: HandshakeTypeName): HandshakeBytes {
    if (type === 'finished') return this.finished()
    if (type === 'client_hello') return this.#clientHello()
    const { credential, scheme } = this.#options
    if (type === 'certificate') {
      return handshakeMessage(type, vector(3, ...(credential?.certificates ?? []).map((one) => vector(3, one))))
    }
    if (type === 'certificate_verify' && credential !== undefined) {
      const chosen = scheme ?? (credential.signer.schemes[0] as SignatureScheme)
      const signature = credential.signer.sign(chosen, concat(...this.transcript)) as Uint8Array
      return handshakeMessage(type, concat(uint(2, chosen.id), vector(2, signature)))
    }
    return handshakeMessage(type, type === 'client_key_exchange' ? vector(1, this.#share) : new Uint8Array())
  }

  #clientHello(): HandshakeBytes {
    const { hello = {}, resume, ticket, extensions = {}, suite = 0xc02b } = this.#options
    const older: Record<number, Uint8Array | undefined> = {
      0xff01: this.#renegotiationInfo ?? Uint8Array.of(0),
      23: new Uint8Array(),
      11: Uint8Array.of(1, 0),
      35: resume?.ticket ?? (ticket === true ? new Uint8Array() : undefined),
      ...extensions,
    }
    const raw = encodeMessage('client_hello', {
      legacyVersion: hello.version ?? 0x0303,
      random: this.clientRandom,
      legacySessionId: resume?.sessionId ?? new Uint8Array(),
      cipherSuites: hello.suites ?? [suite],
      legacyCompressionMethods: hello.compression ?? [0],
      extensions: {
        server_name: hello.serverName ?? serverName,
        supported_groups: hello.groups ?? [29, 23],
        signature_algorithms: hello.schemes ?? [0x0403, 0x0804, 0x0807],
        supported_versions: hello.supportedVersions,
        unknown: Object.entries(older).flatMap(([type, data]) =>
          data === undefined ? [] : [{ type: Number(type), data }],
        ),
      },
    })
    return parseHandshake(raw).messages[0] as HandshakeBytes
  }

  protected override took({ type, body, raw }: HandshakeBytes): void {
    const { resume, credential } = this.#options
    if (type === handshakeType.server_hello) {
      this.serverRandom = body.slice(2, 34)
      const sessionId = body.slice(35, 35 + (body[34] as number))
      this.suite = ((body[35 + sessionId.length] as number) << 8) | (body[36 + sessionId.length] as number)
      this.#extended = extensionsOf({ type, body, raw }).some((one) => one.type === 23)
      this.#resumed = resume !== undefined && equalBytes(sessionId, resume.sessionId)
      if (this.#resumed) this.main = resume?.main
    } else if (type === handshakeType.server_key_exchange) {
      this.#agree(((body[1] as number) << 8) | (body[2] as number), body.slice(4, 4 + (body[3] as number)))
    } else if (type === handshakeType.hello_request) {
      // No part of the transcript.
      this.transcript.pop()
    } else if (type === handshakeType.certificate_request) {
      this.#requested = true
    } else if (type === handshakeType.server_hello_done) {
      this.steps = [
        ...(this.#requested ? (['certificate'] as const) : []),
        'client_key_exchange',
        ...(this.#requested && credential !== undefined ? (['certificate_verify'] as const) : []),
        'change_cipher_spec',
        'finished',
      ]
    } else if (type === handshakeType.finished && this.#resumed) {
      this.steps = ['change_cipher_spec', 'finished']
    }
  }

  #agree(id: number, point: Uint8Array): void {
    const group = Object.values(testCrypto.keyExchange).find((one) => one?.id === id)
    if (group === undefined) throw new RangeError(`there is no group ${id}`)
    const { share, secret } = group.respond(point) as { share: Uint8Array; secret: Secret }
    this.#share = share
    this.#premaster = secret.reveal().slice()
  }
}
