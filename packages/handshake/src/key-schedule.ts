import type { CipherSuite, CryptoProvider, Hkdf, Hmac } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import type { Secret } from '@typetls/crypto-provider'
import { expandLabel } from './hkdf-label.ts'
import type { Program } from './program.ts'
import { wait, waitAll } from './program.ts'
import { takenFrom } from './secret-bytes.ts'

/** What every stage of the key schedule has. */
abstract class Stage {
  protected readonly primitives: Primitives
  protected readonly secret: Secret

  protected constructor(primitives: Primitives, secret: Secret) {
    this.primitives = primitives
    this.secret = secret
  }

  /** Derive-Secret(., Label, Messages) for each label. */
  protected *derive(labels: readonly string[], transcriptHash: Uint8Array): Program<Secret[]> {
    const { hkdf } = this.primitives
    return yield* waitAll(...labels.map((label) => () => expandLabel(hkdf, this.secret, label, transcriptHash)))
  }

  /** HKDF-Extract(Derive-Secret(., "derived", ""), input): the secret of the next stage. This one is spent. */
  protected *extract(input: Secret | Uint8Array = zeros(this.primitives)): Program<Secret> {
    const { hkdf, emptyHash } = this.primitives
    const salt = yield* wait(expandLabel(hkdf, this.secret, 'derived', emptyHash))
    try {
      return yield* wait(hkdf.extract(salt, input))
    } finally {
      salt.dispose()
      this.dispose()
    }
  }

  dispose(): void {
    this.secret.dispose()
  }
}

/**
 * The key schedule as a chain of stages: each offers only what exists there, and is spent when the next is made.
 * https://www.rfc-editor.org/rfc/rfc9846#section-7.1
 */
export class EarlySecret extends Stage {
  /** HKDF-Extract(0, PSK). The PSK stays the caller's. */
  static *from(crypto: CryptoProvider, hash: string, psk: Secret): Program<EarlySecret> {
    const primitives = yield* primitivesOf(crypto, hash)
    return new EarlySecret(primitives, yield* wait(primitives.hkdf.extract(zeros(primitives), psk)))
  }

  /** binder_key, for the Finished-like MAC over the hash of the truncated ClientHello. */
  *binder(kind: PskKind, truncatedHello: Uint8Array): Program<Uint8Array> {
    const { hkdf, emptyHash } = this.primitives
    const label = kind === 'external' ? 'ext binder' : 'res binder'
    const binderKey = yield* wait(expandLabel(hkdf, this.secret, label, emptyHash))
    try {
      return yield* finishedMac(this.primitives, binderKey, truncatedHello)
    } finally {
      binderKey.dispose()
    }
  }

  /** With the (EC)DHE, or without for psk_ke. This stage is spent. */
  *intoHandshake(shared: Secret | undefined): Program<HandshakeSecret> {
    return HandshakeSecret.make(this.primitives, yield* this.extract(shared))
  }
}

export class HandshakeSecret extends Stage {
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
    const secrets = yield* this.derive(['c hs traffic', 's hs traffic'], toServerHello)
    const [client, server] = secrets as [Secret, Secret]
    return { client, server }
  }

  /** This stage is spent. */
  *intoMain(): Program<MainSecret> {
    return MainSecret.make(this.primitives, yield* this.extract())
  }
}

export class MainSecret extends Stage {
  /** @internal only `HandshakeSecret.intoMain` has what this needs */
  static make(primitives: Primitives, secret: Secret): MainSecret {
    return new MainSecret(primitives, secret)
  }

  /** client_application_traffic_secret_0, server_application_traffic_secret_0 and exporter_secret. */
  *applicationSecrets(toServerFinished: Uint8Array): Program<TrafficSecrets & { readonly exporter: Secret }> {
    const secrets = yield* this.derive(['c ap traffic', 's ap traffic', 'exp master'], toServerFinished)
    const [client, server, exporter] = secrets as [Secret, Secret, Secret]
    return { client, server, exporter }
  }

  /** resumption_secret. This stage is spent. */
  *intoResumption(toClientFinished: Uint8Array): Program<Secret> {
    const [resumption] = yield* this.derive(['res master'], toClientFinished)
    this.dispose()
    return resumption as Secret
  }
}

export type PskKind = 'external' | 'resumption'

export interface TrafficSecrets {
  readonly client: Secret
  readonly server: Secret
}

/** application_traffic_secret_N+1. https://www.rfc-editor.org/rfc/rfc9846#section-7.2 */
export function* nextTrafficSecret(crypto: CryptoProvider, suite: CipherSuite, secret: Secret): Program<Secret> {
  return yield* wait(expandLabel(required(crypto, 'hkdf', suite.hash), secret, 'traffic upd'))
}

/** The PSK of one ticket. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1 */
export function* resumptionPsk(
  crypto: CryptoProvider,
  suite: CipherSuite,
  resumption: Secret,
  nonce: Uint8Array,
): Program<Secret> {
  return yield* wait(expandLabel(required(crypto, 'hkdf', suite.hash), resumption, 'resumption', nonce))
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
  const { hkdf, emptyHash } = yield* primitivesOf(crypto, suite.hash)
  const derived = yield* wait(expandLabel(hkdf, exporter, label, emptyHash))
  try {
    const contextHash = yield* wait(required(crypto, 'hash', suite.hash).digest(context))
    return takenFrom(yield* wait(expandLabel(hkdf, derived, 'exporter', contextHash, length)))
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

function* finishedMac({ hkdf, hmac }: Primitives, base: Secret, transcriptHash: Uint8Array): Program<Uint8Array> {
  const finishedKey = yield* wait(expandLabel(hkdf, base, 'finished'))
  try {
    return yield* wait(hmac.sign(finishedKey, transcriptHash))
  } finally {
    finishedKey.dispose()
  }
}

interface Primitives {
  readonly hkdf: Hkdf
  readonly hmac: Hmac
  /** Hash of nothing. */
  readonly emptyHash: Uint8Array
  /** Derive-Secret(HKDF-Extract(0, 0), "derived", ""): no secret, the same for everybody. */
  readonly derivedWithoutPsk: Uint8Array
}

function* primitivesOf(crypto: CryptoProvider, hash: string): Program<Primitives> {
  const ofProvider = primitivesByProvider.get(crypto) ?? new Map<string, Primitives>()
  const known = ofProvider.get(hash)
  if (known !== undefined) return known
  const hkdf = required(crypto, 'hkdf', hash)
  const emptyHash = yield* wait(required(crypto, 'hash', hash).digest(new Uint8Array(0)))
  const derivedWithoutPsk = yield* derivedFromNothing(hkdf, emptyHash)
  const primitives = { hkdf, hmac: required(crypto, 'hmac', hash), emptyHash, derivedWithoutPsk }
  primitivesByProvider.set(crypto, ofProvider.set(hash, primitives))
  return primitives
}

function* derivedFromNothing(hkdf: Hkdf, emptyHash: Uint8Array): Program<Uint8Array> {
  const zero = new Uint8Array(hkdf.outputLength)
  const early = yield* wait(hkdf.extract(zero, zero))
  try {
    return takenFrom(yield* wait(expandLabel(hkdf, early, 'derived', emptyHash)))
  } finally {
    early.dispose()
  }
}

/** As many zero bytes as the hash has. */
function zeros({ hkdf }: Primitives): Uint8Array {
  return new Uint8Array(hkdf.outputLength)
}

const primitivesByProvider: WeakMap<CryptoProvider, Map<string, Primitives>> = /* @__PURE__ */ new WeakMap()
