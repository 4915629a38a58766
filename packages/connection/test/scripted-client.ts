import type { CipherSuite, KeyExchange, KeyExchangeStart, Secret, SignatureScheme } from '@typetls/crypto-provider'
import { TLS_AES_128_GCM_SHA256, cipherSuites } from '@typetls/crypto-provider'
import type { HandshakeMessageType, PskKind, TrafficSecrets, ClientHello } from '@typetls/handshake'
import {
  Certificate,
  CertificateRequest,
  EarlySecret,
  HandshakeSecret,
  HelloRetryRequest,
  ServerHello,
  messageType,
  signatureContent,
} from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import { digestOf, finishedVerifyData, handshakeMessage } from '@typetls/testing'
import { concat, decode } from '@typetls/wire'
import type { Credential, ServerConnection, ServerOptions } from '../src/index.ts'
import { testCrypto } from './backend.ts'
import type { Peer } from './peers.ts'
import { serverName, serverPeer } from './peers.ts'
import type { Script } from './scripted-peer.ts'
import { ScriptedPeer, parsed } from './scripted-peer.ts'
import { now } from './scripted-server.ts'

export interface ClientScript extends Script {
  /** The server under test. */
  readonly server?: Partial<ServerOptions>
  /** Default TLS_AES_128_GCM_SHA256 alone. */
  readonly cipherSuites?: readonly number[]
  /** Listed in supported_groups. Default x25519 and secp256r1. */
  readonly groups?: readonly string[]
  /** Shares in the first ClientHello. Default x25519. */
  readonly shares?: readonly string[]
  /** Default none: the Certificate is empty. */
  readonly credential?: Credential
  /** What to sign CertificateVerify with. Default the credential's first. */
  readonly scheme?: SignatureScheme
  readonly psks?: readonly ScriptedPsk[]
  /** Changes a ClientHello when its binders are written. */
  readonly bound?: (message: HandshakeBytes, nth: number) => HandshakeBytes
}

export interface ScriptedPsk {
  readonly identity: Uint8Array
  readonly secret: Secret
  readonly kind: PskKind
  /** Default sha256. */
  readonly hash?: string
}

/** A client by script, and the server of ours that it plays with; nothing is said yet. */
export function scriptedClient(script: ClientScript = {}): ScriptedClient {
  return new ScriptedClient(script)
}

export class ScriptedClient extends ScriptedPeer<Peer<ServerConnection>> {
  readonly peer: Peer<ServerConnection>
  suite: CipherSuite = TLS_AES_128_GCM_SHA256
  serverHello: ServerHello | undefined
  retryRequest: HelloRetryRequest | undefined
  request: CertificateRequest | undefined
  serverCertificate: Certificate | undefined
  readonly #options: ClientScript
  readonly #random = testCrypto.random(32)
  readonly #sessionId = testCrypto.random(32)
  #hellos = 0
  #shares: { readonly group: KeyExchange; readonly start: KeyExchangeStart }[]
  #handshake: HandshakeSecret | undefined
  #traffic: TrafficSecrets | undefined
  #clientApplication: Uint8Array | undefined

  constructor(options: ClientScript) {
    super(options)
    this.#options = options
    this.#shares = (options.shares ?? ['x25519']).map(shareOf)
    const groups = ['x25519', 'secp256r1']
    this.peer = serverPeer({ groups, ...options.server }, { output: this.take, end() {} })
  }

  /** What is left to say, in order. */
  get steps(): readonly ClientStep[] {
    if (this.serverHello === undefined) return ['client_hello']
    if (this.request === undefined) return ['finished']
    return this.#options.credential === undefined
      ? ['certificate', 'finished']
      : ['certificate', 'certificate_verify', 'finished']
  }

  /** Says one ClientHello, and a second one when asked to. */
  greet(): this {
    this.step('client_hello')
    return this.serverHello === undefined && this.retryRequest !== undefined ? this.step('client_hello') : this
  }

  /** Goes on up to, but not through, this step. */
  until(step: ClientStep): this {
    if (step === 'client_hello') return this
    this.greet()
    const { steps } = this
    const index = steps.indexOf(step)
    if (index < 0) throw new RangeError(`this client has no ${step} to come`)
    for (const before of steps.slice(0, index)) this.step(before)
    return this
  }

  /** Goes on to the end of the handshake. */
  play(): this {
    this.greet()
    if (this.#traffic !== undefined) for (const step of this.steps) this.step(step)
    return this
  }

  /** Says this now, whatever is due. */
  step(step: ClientStep): this {
    return this.say(step, this.bodies[step]())
  }

  /** The message of a step as the script wants it, for a test to send by hand; it is in the transcript. */
  writtenStep(step: ClientStep): HandshakeBytes {
    return this.written(step, this.bodies[step]())
  }

  readonly bodies = {
    client_hello: (): ClientHello => {
      const {
        cipherSuites: suites = [TLS_AES_128_GCM_SHA256.id],
        groups = ['x25519', 'secp256r1'],
        psks = [],
      } = this.#options
      return {
        legacyVersion: 0x0303,
        random: this.#random,
        legacySessionId: this.#sessionId,
        cipherSuites: suites,
        legacyCompressionMethods: [0],
        extensions: {
          server_name: serverName,
          supported_groups: groups.map((name) => groupOf(name).id),
          signature_algorithms: [0x0403, 0x0804, 0x0807],
          supported_versions: [0x0304],
          cookie: this.retryRequest?.extensions.cookie,
          psk_key_exchange_modes: [1],
          key_share: this.#shares.map(({ group, start }) => ({ group: group.id, keyExchange: start.share })),
          pre_shared_key:
            psks.length === 0
              ? undefined
              : {
                  identities: psks.map(({ identity }) => ({ identity, obfuscatedTicketAge: 0 })),
                  binders: psks.map(({ hash }) => new Uint8Array(hashLength(hash))),
                },
        },
      }
    },
    certificate: () => ({
      certificateRequestContext: this.request?.certificateRequestContext ?? new Uint8Array(),
      certificateList: (this.#options.credential?.certificates ?? []).map((certData) => ({ certData, extensions: {} })),
    }),
    certificate_verify: () => {
      const { credential, scheme } = this.#options
      if (credential === undefined) throw new Error('this client has nothing to sign with')
      const chosen = scheme ?? (credential.signer.schemes[0] as SignatureScheme)
      const signature = credential.signer.sign(chosen, signatureContent('client', this.hash())) as Uint8Array
      return { algorithm: chosen.id, signature }
    },
    finished: () => ({
      verifyData: finishedVerifyData(this.suite.id, this.writeSecret, concat(...this.transcript)),
    }),
  }

  protected override said(type: HandshakeMessageType): void {
    if (type !== 'finished' || this.#clientApplication === undefined) return
    this.writeWith(this.#clientApplication)
    this.#clientApplication = undefined
  }

  protected override took(message: HandshakeBytes): void {
    const type = messageType(message.raw)
    if (type === 'hello_retry_request') this.#retry(message)
    else if (type === 'server_hello') this.#handshakeKeys(message)
    else if (type === 'certificate_request') this.request = decode(CertificateRequest, message.body)
    else if (type === 'certificate') this.serverCertificate = decode(Certificate, message.body)
    else if (type === 'finished') this.#applicationKeys()
    else if (type === 'new_session_ticket') this.transcript.pop()
  }

  /** Every byte but the binders is as it will be: these cover them. */
  protected override finishing(type: HandshakeMessageType, message: HandshakeBytes): HandshakeBytes {
    const { psks = [], bound } = this.#options
    if (type !== 'client_hello') return message
    const raw = message.raw.slice()
    let offset = raw.length - psks.reduce((sum, { hash }) => sum + 1 + hashLength(hash), 0)
    const covered = raw.slice(0, offset - 2)
    for (const { secret, kind, hash = 'sha256' } of psks) {
      const early = now(EarlySecret.from(testCrypto, hash, secret))
      const transcript = testCrypto.hash[hash]?.digest(concat(...this.transcript, covered)) as Uint8Array
      raw.set(now(early.binder(kind, transcript)), offset + 1)
      offset += 1 + hashLength(hash)
    }
    const done = parsed(raw)
    return bound === undefined ? done : bound(done, ++this.#hellos)
  }

  #retry(message: HandshakeBytes): void {
    this.retryRequest = decode(HelloRetryRequest, message.body)
    this.#useSuite(this.retryRequest.cipherSuite)
    const group = this.retryRequest.extensions.key_share
    const named = ['x25519', 'secp256r1', 'secp384r1'].find((name) => groupOf(name).id === group)
    if (named !== undefined) this.#shares = [shareOf(named)]
    // ClientHello1 becomes a message_hash. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1
    const [first] = this.transcript as [Uint8Array]
    const hash = handshakeMessage('message_hash', digestOf(this.suite.id, first)).raw
    this.transcript.splice(0, this.transcript.length, hash, message.raw)
  }

  #handshakeKeys(message: HandshakeBytes): void {
    const hello = decode(ServerHello, message.body)
    this.serverHello = hello
    this.#useSuite(hello.cipherSuite)
    const answer = hello.extensions.key_share
    const ours = this.#shares.find(({ group }) => group.id === answer?.group)
    const shared = answer === undefined ? undefined : (ours?.start.finish(answer.keyExchange) as Secret)
    const psk = (this.#options.psks ?? [])[hello.extensions.pre_shared_key ?? -1]
    this.#handshake =
      psk === undefined
        ? now(HandshakeSecret.withoutPsk(testCrypto, this.suite.hash, shared as Secret))
        : now(now(EarlySecret.from(testCrypto, this.suite.hash, psk.secret)).intoHandshake(shared))
    this.#traffic = now(this.#handshake.trafficSecrets(this.hash()))
    this.readWith(this.#traffic.server.reveal())
    this.writeWith(this.#traffic.client.reveal())
  }

  #applicationKeys(): void {
    const main = now((this.#handshake as HandshakeSecret).intoMain())
    const { client, server } = now(main.applicationSecrets(this.hash()))
    this.#clientApplication = client.reveal()
    this.readWith(server.reveal())
  }

  #useSuite(id: number): void {
    this.suite = cipherSuites.find((row) => row.id === id) ?? this.suite
  }
}

export type ClientStep = keyof ScriptedClient['bodies']

function groupOf(name: string): KeyExchange<'sync'> {
  const group = testCrypto.keyExchange[name]
  if (group === undefined) throw new RangeError(`node:crypto has no group ${name}`)
  return group
}

function shareOf(name: string): { readonly group: KeyExchange<'sync'>; readonly start: KeyExchangeStart<'sync'> } {
  const group = groupOf(name)
  return { group, start: group.start() }
}

function hashLength(hash = 'sha256'): number {
  return testCrypto.hash[hash]?.outputLength as number
}
