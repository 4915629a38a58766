import type { KeyExchange, KeyExchangeStart, Secret, SignatureScheme } from '@typetls/crypto-provider'
import { ClientHello } from '@typetls/handshake'
import type { HandshakeBytes, HandshakeTypeName } from '@typetls/testing'
import { handshakeMessage, handshakeType, tls12MainSecret } from '@typetls/testing'
import { concat, decode } from '@typetls/wire'
import type { ClientOptions, Credential } from '../src/index.ts'
import type { ClientTls12Options } from '../src/tls12/index.ts'
import { clientTls12 } from '../src/tls12/index.ts'
import { testCrypto } from './backend.ts'
import type { Changed, Peer } from './peers.ts'
import { clientPeer, tls12ClientPeer } from './peers.ts'
import type { Tls12Script, Tls12Step } from './tls12-scripted-peer.ts'
import { Tls12ScriptedPeer, defaultCredential, uint, vector } from './tls12-scripted-peer.ts'

export interface Tls12ServerScript extends Tls12Script {
  /** The client under test. */
  readonly client?: Changed<ClientOptions>
  readonly client12?: ClientTls12Options
  /** Whether it has TLS 1.3 too. */
  readonly both?: boolean
  /** Default a P-256 certificate that the client trusts. */
  readonly credential?: Credential
  /** What to sign with. Default the credential's first. */
  readonly scheme?: SignatureScheme
  /** Ask for a client certificate. */
  readonly request?: boolean
  /** Promise a CertificateStatus, and send it. */
  readonly status?: boolean
  /** Promise a ticket, and send it. */
  readonly ticket?: boolean
  /** Without ServerKeyExchange. */
  readonly withoutKeyExchange?: boolean
  /** Go on with the client's session, whose secret this is. */
  readonly resume?: Uint8Array
  /** Fields of the ServerHello. */
  readonly hello?: {
    readonly version?: number
    readonly random?: Uint8Array
    readonly sessionId?: Uint8Array
    readonly suite?: number
    readonly compression?: number
  }
  /** Extensions of the ServerHello beside the usual, by number; `undefined` takes a usual one away. */
  readonly extensions?: Readonly<Record<number, Uint8Array | undefined>>
}

/** A server of TLS 1.2 by script, and the client of ours that it plays with; the client has said hello. */
export function tls12ScriptedServer(script: Tls12ServerScript = {}): Tls12ScriptedServer {
  return new Tls12ScriptedServer(script).listen()
}

export class Tls12ScriptedServer extends Tls12ScriptedPeer {
  readonly peer: Peer
  steps: Tls12Step[]
  hello!: ClientHello
  #options: Tls12ServerScript
  #start: KeyExchangeStart<'sync'>
  readonly #group: KeyExchange<'sync'>
  #renegotiationInfo: Uint8Array = new Uint8Array()

  constructor(options: Tls12ServerScript) {
    super('server', options)
    this.#options = options
    const group = testCrypto.keyExchange[options.group ?? 'x25519']
    if (group === undefined) throw new RangeError(`there is no group ${options.group}`)
    this.#group = group
    this.#start = group.start()
    this.serverRandom = options.hello?.random ?? testCrypto.random(32)
    this.steps = stepsOf(options)
    const wire = { output: this.take, end() {} }
    const client = { groups: ['x25519', 'secp256r1'], ...options.client }
    this.peer =
      options.both === true
        ? clientPeer({ ...client, tls12: clientTls12(options.client12) }, wire)
        : tls12ClientPeer(client, wire, options.client12 ?? {})
  }

  /** Asks for another handshake, and is ready to play it. */
  renegotiate(changed: Pick<Tls12ServerScript, 'extensions' | 'credential' | 'suite' | 'hello'> = {}): this {
    const finished = this.heard.findLast(({ type }) => type === handshakeType.finished)
    // Our own Finished is the last thing said.
    const own = this.transcript.at(-1)
    if (finished === undefined || own === undefined) throw new RangeError('there was no handshake')
    this.#renegotiationInfo = concat(finished.body, own.subarray(4))
    this.#options = { ...this.#options, ...changed }
    this.suite = changed.suite ?? this.suite
    this.steps = stepsOf(this.#options)
    this.#start = this.#group.start()
    this.serverRandom = testCrypto.random(32)
    this.transcript.length = 0
    return this.message('hello_request')
  }

  protected override saidStep(step: Tls12Step): void {
    this.steps = this.steps.slice(this.steps.indexOf(step) + 1)
  }

  protected override made(type: HandshakeTypeName): HandshakeBytes {
    return type === 'finished' ? this.finished() : handshakeMessage(type, this.#bodies[type]?.() ?? new Uint8Array())
  }

  readonly #bodies: { readonly [K in HandshakeTypeName]?: () => Uint8Array } = {
    server_hello: () => {
      const { resume, ticket, status, hello = {}, extensions = {} } = this.#options
      const all: Record<number, Uint8Array | undefined> = {
        0xff01: vector(1, this.#renegotiationInfo),
        23: new Uint8Array(),
      }
      if (ticket === true) all[35] = new Uint8Array()
      if (status === true) all[5] = new Uint8Array()
      if (resume !== undefined) this.main = resume
      Object.assign(all, extensions)
      const block = Object.entries(all).flatMap(([id, data]) =>
        data === undefined ? [] : [concat(uint(2, Number(id)), vector(2, data))],
      )
      return concat(
        uint(2, hello.version ?? 0x0303),
        this.serverRandom,
        vector(1, hello.sessionId ?? (resume === undefined ? new Uint8Array() : this.hello.legacySessionId)),
        uint(2, hello.suite ?? this.suite),
        uint(1, hello.compression ?? 0),
        vector(2, ...block),
      )
    },
    certificate: () => vector(3, ...this.#credential().certificates.map((one) => vector(3, one))),
    certificate_status: () => concat(uint(1, 1), vector(3, Uint8Array.of(0x30, 0))),
    server_key_exchange: () => {
      const params = concat(uint(1, 3), uint(2, this.#group.id), vector(1, this.#start.share))
      return concat(params, this.signed(concat(this.clientRandom, this.serverRandom, params)))
    },
    certificate_request: () =>
      concat(vector(1, Uint8Array.of(64, 1)), vector(2, uint(2, 0x0403), uint(2, 0x0804)), uint(2, 0)),
    new_session_ticket: () => concat(uint(2, 0), uint(2, 3600), vector(2, Uint8Array.of(1, 2, 3))),
  }

  /** A digitally-signed struct. */
  signed(content: Uint8Array): Uint8Array {
    const { signer } = this.#credential()
    const scheme = this.#options.scheme ?? (signer.schemes[0] as SignatureScheme)
    return concat(uint(2, scheme.id), vector(2, signer.sign(scheme, content) as Uint8Array))
  }

  protected override took(message: HandshakeBytes): void {
    if (message.type === handshakeType.client_hello) {
      this.hello = decode(ClientHello, message.body)
      this.clientRandom = this.hello.random
    } else if (message.type === handshakeType.client_key_exchange) {
      const shared = this.#start.finish(message.body.subarray(1)) as Secret
      this.main = tls12MainSecret(this.suite, shared.reveal(), { transcript: concat(...this.transcript) })
    }
  }

  #credential(): Credential {
    return this.#options.credential ?? defaultCredential
  }
}

/** What a server says, in order. */
function stepsOf({ request, status, ticket, resume, withoutKeyExchange }: Tls12ServerScript): Tls12Step[] {
  const last: Tls12Step[] = [
    ...(ticket === true ? (['new_session_ticket'] as const) : []),
    'change_cipher_spec',
    'finished',
  ]
  return resume !== undefined
    ? ['server_hello', ...last]
    : [
        'server_hello',
        'certificate',
        ...(status === true ? (['certificate_status'] as const) : []),
        ...(withoutKeyExchange === true ? [] : (['server_key_exchange'] as const)),
        ...(request === true ? (['certificate_request'] as const) : []),
        'server_hello_done',
        ...last,
      ]
}
