import type { CipherSuite, Secret, SignatureScheme } from '@typetls/crypto-provider'
import { TLS_AES_128_GCM_SHA256 } from '@typetls/crypto-provider'
import type { HandshakeMessageType, MainSecret, Program } from '@typetls/handshake'
import {
  ClientHello,
  EarlySecret,
  HandshakeSecret,
  helloRetryRequestRandom,
  resumptionPsk,
  run,
  signatureContent,
} from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import { digestOf, finishedVerifyData, handshakeMessage, handshakeType } from '@typetls/testing'
import { concat, decode } from '@typetls/wire'
import type { ClientOptions, clientConnection, Credential } from '../src/index.ts'
import { testCrypto } from './backend.ts'
import type { Peer } from './peers.ts'
import { certificateFor, clientPeer, credentialFor } from './peers.ts'
import type { Script } from './scripted-peer.ts'
import { ScriptedPeer } from './scripted-peer.ts'

export interface ServerScript extends Script {
  /** The client under test. */
  readonly client?: Partial<ClientOptions>
  /** Default TLS_AES_128_GCM_SHA256. */
  readonly suite?: CipherSuite
  /** Default x25519. */
  readonly group?: string
  /** Default a P-256 certificate that the client trusts. */
  readonly credential?: Credential
  /** What to sign CertificateVerify with. Default the credential's first. */
  readonly scheme?: SignatureScheme
  /** Ask with a HelloRetryRequest first: for the group, a cookie or both. */
  readonly retry?: { readonly group?: number; readonly cookie?: Uint8Array }
  /** Ask for a client certificate. */
  readonly request?: boolean
  /** Select the client's PSK of this index. */
  readonly psk?: { readonly secret: Secret; readonly index?: number }
  /** Leave out the server's share: psk_ke. */
  readonly withoutKeyShare?: boolean
  /** What the client is made by. Default `clientConnection`. */
  readonly connect?: typeof clientConnection
}

/** A server by script, and the client of ours that it plays with; the client has said hello. */
export function scriptedServer(script: ServerScript = {}): ScriptedServer {
  return new ScriptedServer(script).listen()
}

export class ScriptedServer extends ScriptedPeer {
  readonly peer: Peer
  readonly suite: CipherSuite
  hello!: ClientHello
  readonly #options: ServerScript
  #shared: Secret | undefined
  #handshake: HandshakeSecret | undefined
  #main: MainSecret | undefined
  #clientApplication: Uint8Array | undefined
  #resumption: Secret | undefined
  #step = 0

  constructor(options: ServerScript) {
    super(options)
    this.#options = options
    this.suite = options.suite ?? TLS_AES_128_GCM_SHA256
    const groups = ['x25519', 'secp256r1']
    const wire = { output: this.take, end() {} }
    this.peer = clientPeer({ groups, ...options.client }, wire, true, undefined, options.connect)
  }

  /** What the server says, in order, when it is not interrupted. */
  get steps(): readonly ServerStep[] {
    const { retry, psk, request } = this.#options
    const authentication = psk !== undefined ? [] : (['certificate', 'certificate_verify'] as const)
    return [
      ...(retry === undefined ? [] : (['hello_retry_request'] as const)),
      'server_hello',
      'encrypted_extensions',
      ...(request === true ? (['certificate_request'] as const) : []),
      ...authentication,
      'finished',
    ]
  }

  /** Goes on up to, but not through, this step. */
  until(step: ServerStep): this {
    while (this.steps[this.#step] !== step) {
      const next = this.steps[this.#step]
      if (next === undefined) throw new RangeError(`this server has no ${step} to come`)
      this.step(next)
    }
    return this
  }

  /** Goes on to the end of its part, and hears the client's. */
  play(): this {
    while (this.#step < this.steps.length) this.step(this.steps[this.#step] as ServerStep)
    return this
  }

  /** Says this now, whatever is due. */
  step(step: ServerStep): this {
    this.#step = this.steps.indexOf(step) + 1
    return this.say(step, this.bodyOf(step))
  }

  /** The message of a step as the script wants it, for a test to send by hand; it is in the transcript. */
  writtenStep(step: ServerStep): HandshakeBytes {
    this.#step = this.steps.indexOf(step) + 1
    return this.written(step, this.bodyOf(step))
  }

  /** What the message of a step should hold. */
  bodyOf<Step extends ServerStep>(step: Step): ReturnType<ScriptedServer['bodies'][Step]> {
    return this.bodies[step]() as ReturnType<ScriptedServer['bodies'][Step]>
  }

  readonly bodies = {
    hello_retry_request: () => {
      const { retry } = this.#options
      return {
        ...this.#helloFields(),
        random: helloRetryRequestRandom,
        extensions: { supported_versions: 0x0304, cookie: retry?.cookie, key_share: retry?.group },
      }
    },
    server_hello: () => {
      const { psk, withoutKeyShare } = this.#options
      return {
        ...this.#helloFields(),
        random: testCrypto.random(32),
        extensions: {
          supported_versions: 0x0304,
          key_share: withoutKeyShare === true ? undefined : this.#respond(),
          pre_shared_key: psk === undefined ? undefined : (psk.index ?? 0),
        },
      }
    },
    encrypted_extensions: () => ({ extensions: {} }),
    certificate_request: () => ({
      certificateRequestContext: new Uint8Array(),
      extensions: { signature_algorithms: [0x0403, 0x0804] },
    }),
    certificate: () => ({
      certificateRequestContext: new Uint8Array(),
      certificateList: this.#credential().certificates.map((certData) => ({ certData, extensions: {} })),
    }),
    certificate_verify: () => {
      const { signer } = this.#credential()
      const scheme = this.#options.scheme ?? (signer.schemes[0] as SignatureScheme)
      const signature = signer.sign(scheme, signatureContent('server', this.hash())) as Uint8Array
      return { algorithm: scheme.id, signature }
    },
    finished: () => ({
      verifyData: finishedVerifyData(this.suite.id, this.writeSecret, concat(...this.transcript)),
    }),
  }

  /** A NewSessionTicket, after the handshake. */
  ticket(nonce: Uint8Array = Uint8Array.of(0)): this {
    return this.say('new_session_ticket', {
      ticketLifetime: 3600,
      ticketAgeAdd: 7,
      ticketNonce: nonce,
      ticket: Uint8Array.of(1, 2, 3),
      extensions: {},
    })
  }

  /** The PSK of a ticket with this nonce. */
  pskOf(nonce: Uint8Array = Uint8Array.of(0)): Secret {
    return now(resumptionPsk(testCrypto, this.suite, this.#resumption as Secret, nonce))
  }

  protected override said(type: HandshakeMessageType): void {
    if (type === 'server_hello') this.#handshakeKeys()
    else if (type === 'finished') this.#applicationKeys()
  }

  protected override took(message: HandshakeBytes): void {
    if (message.type === handshakeType.client_hello) {
      const second = this.hello !== undefined
      this.hello = decode(ClientHello, message.body)
      if (second) this.#restart()
    } else if (message.type === handshakeType.finished) {
      this.readWith(this.#clientApplication as Uint8Array)
      this.#resumption = now((this.#main as MainSecret).intoResumption(this.hash()))
    }
  }

  /** ClientHello1 becomes a message_hash. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1 */
  #restart(): void {
    const [first, ...rest] = this.transcript as [Uint8Array, ...Uint8Array[]]
    const hash = handshakeMessage('message_hash', digestOf(this.suite.id, first)).raw
    this.transcript.splice(0, this.transcript.length, hash, ...rest)
  }

  #helloFields(): {
    legacyVersion: number
    legacySessionIdEcho: Uint8Array
    cipherSuite: number
    legacyCompressionMethod: number
  } {
    return {
      legacyVersion: 0x0303,
      legacySessionIdEcho: this.hello.legacySessionId,
      cipherSuite: this.suite.id,
      legacyCompressionMethod: 0,
    }
  }

  #credential(): Credential {
    return this.#options.credential ?? credentialFor(certificateFor())
  }

  #respond(): { group: number; keyExchange: Uint8Array } {
    const group = testCrypto.keyExchange[this.#options.group ?? 'x25519']
    const theirs = this.hello.extensions.key_share?.find((one) => one.group === group?.id)
    // Without a share for the group any other point will do: the client cannot take the answer anyway.
    if (group === undefined || theirs === undefined)
      return { group: group?.id ?? 0, keyExchange: new Uint8Array(32).fill(9) }
    const { share, secret } = group.respond(theirs.keyExchange)
    this.#shared = secret
    return { group: group.id, keyExchange: share }
  }

  #handshakeKeys(): void {
    const { psk } = this.#options
    if (psk === undefined && this.#shared === undefined) return
    this.#handshake =
      psk === undefined
        ? now(HandshakeSecret.withoutPsk(testCrypto, this.suite.hash, this.#shared as Secret))
        : now(now(EarlySecret.from(testCrypto, this.suite.hash, psk.secret)).intoHandshake(this.#shared))
    const { client, server } = now(this.#handshake.trafficSecrets(this.hash()))
    this.writeWith(server.reveal())
    this.readWith(client.reveal())
  }

  #applicationKeys(): void {
    this.#main = now((this.#handshake as HandshakeSecret).intoMain())
    const { client, server } = now(this.#main.applicationSecrets(this.hash()))
    this.#clientApplication = client.reveal()
    this.writeWith(server.reveal())
  }
}

export type ServerStep = keyof ScriptedServer['bodies']

/** The result of a program with a synchronous provider. */
export function now<T>(program: Program<T>): T {
  return run(program) as T
}
