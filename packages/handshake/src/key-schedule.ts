import type { CipherSuite, CryptoProvider, Hkdf, Hmac } from '@typetls/crypto-provider'
import type { Secret } from '@typetls/crypto-provider'
import { expandLabel, required } from './hkdf-label.ts'
import type { Program } from './program.ts'
import { wait, waitAll } from './program.ts'

/**
 * The key schedule as a chain of stages: each offers only what exists there, and is spent when the next is made.
 * https://www.rfc-editor.org/rfc/rfc9846#section-7.1
 */
export class EarlySecret {
  readonly #primitives: Primitives
  readonly #secret: Secret

  private constructor(primitives: Primitives, secret: Secret) {
    this.#primitives = primitives
    this.#secret = secret
  }

  /** HKDF-Extract(0, PSK). The PSK stays the caller's. */
  static *from(crypto: CryptoProvider, hash: string, psk: Secret): Program<EarlySecret> {
    const primitives = yield* primitivesOf(crypto, hash)
    return new EarlySecret(primitives, yield* wait(primitives.hkdf.extract(zeros(primitives), psk)))
  }

  /** binder_key, for the Finished-like MAC over the hash of the truncated ClientHello. */
  *binder(kind: PskKind, truncatedHello: Uint8Array): Program<Uint8Array> {
    const label = kind === 'external' ? 'ext binder' : 'res binder'
    const binderKey = yield* deriveSecret(this.#primitives, this.#secret, label, this.#primitives.emptyHash)
    try {
      return yield* finishedMac(this.#primitives, binderKey, truncatedHello)
    } finally {
      binderKey.dispose()
    }
  }

  /** HKDF-Extract(Derive-Secret(., "derived", ""), (EC)DHE); zeros for psk_ke. This stage is spent. */
  *intoHandshake(shared: Secret | undefined): Program<HandshakeSecret> {
    return HandshakeSecret.make(this.#primitives, yield* nextStage(this.#primitives, this.#secret, shared))
  }

  dispose(): void {
    this.#secret.dispose()
  }
}

export class HandshakeSecret {
  readonly #primitives: Primitives
  readonly #secret: Secret

  private constructor(primitives: Primitives, secret: Secret) {
    this.#primitives = primitives
    this.#secret = secret
  }

  /** @internal only `EarlySecret.intoHandshake` has what this needs */
  static make(primitives: Primitives, secret: Secret): HandshakeSecret {
    return new HandshakeSecret(primitives, secret)
  }

  /** The handshake secret of a handshake without PSK: everything before the (EC)DHE is a constant of the hash. */
  static *withoutPsk(crypto: CryptoProvider, hash: string, shared: Secret): Program<HandshakeSecret> {
    const primitives = yield* primitivesOf(crypto, hash)
    return new HandshakeSecret(primitives, yield* wait(primitives.hkdf.extract(primitives.derivedWithoutPsk, shared)))
  }

  /** client_handshake_traffic_secret and server_handshake_traffic_secret. */
  *trafficSecrets(toServerHello: Uint8Array): Program<TrafficSecrets> {
    const labels = ['c hs traffic', 's hs traffic']
    const secrets = yield* deriveSecrets(this.#primitives, this.#secret, labels, toServerHello)
    const [client, server] = secrets as [Secret, Secret]
    return { client, server }
  }

  /** verify_data of a Finished under a handshake traffic secret. */
  *finished(base: Secret, transcriptHash: Uint8Array): Program<Uint8Array> {
    return yield* finishedMac(this.#primitives, base, transcriptHash)
  }

  /** HKDF-Extract(Derive-Secret(., "derived", ""), 0). This stage is spent. */
  *intoMain(): Program<MainSecret> {
    return MainSecret.make(this.#primitives, yield* nextStage(this.#primitives, this.#secret, undefined))
  }

  dispose(): void {
    this.#secret.dispose()
  }
}

export class MainSecret {
  readonly #primitives: Primitives
  readonly #secret: Secret

  private constructor(primitives: Primitives, secret: Secret) {
    this.#primitives = primitives
    this.#secret = secret
  }

  /** @internal only `HandshakeSecret.intoMain` has what this needs */
  static make(primitives: Primitives, secret: Secret): MainSecret {
    return new MainSecret(primitives, secret)
  }

  /** client_application_traffic_secret_0, server_application_traffic_secret_0 and exporter_secret. */
  *applicationSecrets(toServerFinished: Uint8Array): Program<TrafficSecrets & { readonly exporter: Secret }> {
    const labels = ['c ap traffic', 's ap traffic', 'exp master']
    const secrets = yield* deriveSecrets(this.#primitives, this.#secret, labels, toServerFinished)
    const [client, server, exporter] = secrets as [Secret, Secret, Secret]
    return { client, server, exporter }
  }

  /** resumption_secret. This stage is spent. */
  *intoResumption(toClientFinished: Uint8Array): Program<Secret> {
    const resumption = yield* deriveSecret(this.#primitives, this.#secret, 'res master', toClientFinished)
    this.#secret.dispose()
    return resumption
  }

  dispose(): void {
    this.#secret.dispose()
  }
}

export type PskKind = 'external' | 'resumption'

export interface TrafficSecrets {
  readonly client: Secret
  readonly server: Secret
}

/** application_traffic_secret_N+1. https://www.rfc-editor.org/rfc/rfc9846#section-7.2 */
export function* nextTrafficSecret(crypto: CryptoProvider, suite: CipherSuite, secret: Secret): Program<Secret> {
  const { hkdf } = yield* primitivesOf(crypto, suite.hash)
  return yield* wait(expandLabel(hkdf, secret, 'traffic upd', none, hkdf.outputLength))
}

/** The PSK of one ticket. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1 */
export function* resumptionPsk(
  crypto: CryptoProvider,
  suite: CipherSuite,
  resumption: Secret,
  nonce: Uint8Array,
): Program<Secret> {
  const { hkdf } = yield* primitivesOf(crypto, suite.hash)
  return yield* wait(expandLabel(hkdf, resumption, 'resumption', nonce, hkdf.outputLength))
}

/** TLS-Exporter(label, context, length). https://www.rfc-editor.org/rfc/rfc9846#section-7.5 */
export function* exportKeyingMaterial(
  crypto: CryptoProvider,
  suite: CipherSuite,
  exporter: Secret,
  label: string,
  context: Uint8Array,
  length: number,
): Program<Uint8Array> {
  const primitives = yield* primitivesOf(crypto, suite.hash)
  const derived = yield* deriveSecret(primitives, exporter, label, primitives.emptyHash)
  try {
    const contextHash = yield* wait(required(crypto, 'hash', suite.hash).digest(context))
    const exported = yield* wait(expandLabel(primitives.hkdf, derived, 'exporter', contextHash, length))
    const bytes = new Uint8Array(exported.reveal())
    exported.dispose()
    return bytes
  } finally {
    derived.dispose()
  }
}

/** HMAC(HKDF-Expand-Label(BaseKey, "finished", "", Hash.length), Transcript-Hash). https://www.rfc-editor.org/rfc/rfc9846#section-4.5.4 */
export function* finishedVerifyData(
  crypto: CryptoProvider,
  suite: CipherSuite,
  base: Secret,
  transcriptHash: Uint8Array,
): Program<Uint8Array> {
  return yield* finishedMac(yield* primitivesOf(crypto, suite.hash), base, transcriptHash)
}

interface Primitives {
  readonly hkdf: Hkdf
  readonly hmac: Hmac
  /** Hash of nothing. */
  readonly emptyHash: Uint8Array
  /** Derive-Secret(HKDF-Extract(0, 0), "derived", ""): no secret, the same for everybody. */
  readonly derivedWithoutPsk: Uint8Array
}

function* deriveSecret(primitives: Primitives, secret: Secret, label: string, hash: Uint8Array): Program<Secret> {
  return yield* wait(expandLabel(primitives.hkdf, secret, label, hash, primitives.hkdf.outputLength))
}

/** Several secrets over one transcript, in the order of their labels. */
function* deriveSecrets(
  { hkdf }: Primitives,
  secret: Secret,
  labels: readonly string[],
  hash: Uint8Array,
): Program<Secret[]> {
  return yield* waitAll(...labels.map((label) => () => expandLabel(hkdf, secret, label, hash, hkdf.outputLength)))
}

function* finishedMac(primitives: Primitives, base: Secret, transcriptHash: Uint8Array): Program<Uint8Array> {
  const { hkdf, hmac } = primitives
  const finishedKey = yield* wait(expandLabel(hkdf, base, 'finished', none, hkdf.outputLength))
  try {
    return yield* wait(hmac.sign(finishedKey, transcriptHash))
  } finally {
    finishedKey.dispose()
  }
}

function* nextStage(primitives: Primitives, spent: Secret, input: Secret | undefined): Program<Secret> {
  const salt = yield* deriveSecret(primitives, spent, 'derived', primitives.emptyHash)
  try {
    return yield* wait(primitives.hkdf.extract(salt, input ?? zeros(primitives)))
  } finally {
    salt.dispose()
    spent.dispose()
  }
}

function* primitivesOf(crypto: CryptoProvider, hash: string): Program<Primitives> {
  const known = primitivesByProvider.get(crypto)?.get(hash)
  if (known !== undefined) return known
  const hkdf = required(crypto, 'hkdf', hash)
  const emptyHash = yield* wait(required(crypto, 'hash', hash).digest(none))
  const derivedWithoutPsk = yield* derivedFromNothing(hkdf, emptyHash)
  const primitives = { hkdf, hmac: required(crypto, 'hmac', hash), emptyHash, derivedWithoutPsk }
  const ofProvider = primitivesByProvider.get(crypto) ?? new Map<string, Primitives>()
  primitivesByProvider.set(crypto, ofProvider.set(hash, primitives))
  return primitives
}

function* derivedFromNothing(hkdf: Hkdf, emptyHash: Uint8Array): Program<Uint8Array> {
  const zero = new Uint8Array(hkdf.outputLength)
  const early = yield* wait(hkdf.extract(zero, zero))
  try {
    const derived = yield* wait(expandLabel(hkdf, early, 'derived', emptyHash, hkdf.outputLength))
    // A copy, which slice() of a Buffer is not.
    const bytes = new Uint8Array(derived.reveal())
    derived.dispose()
    return bytes
  } finally {
    early.dispose()
  }
}

/** As many zero bytes as the hash has. */
function zeros(primitives: Primitives): Uint8Array {
  return new Uint8Array(primitives.hkdf.outputLength)
}

const none = /* @__PURE__ */ new Uint8Array(0)

const primitivesByProvider: WeakMap<CryptoProvider, Map<string, Primitives>> = /* @__PURE__ */ new WeakMap()
