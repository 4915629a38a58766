import type {
  Aead,
  AeadKey,
  Cbc,
  CbcKey,
  CryptoProvider,
  Hash,
  Hkdf,
  Hmac,
  KeyExchange,
  KeyExchangeStart,
  KeyTransport,
  Listed,
  Mode,
  RunningHash,
  SignatureAlgorithm,
} from '@typetls/crypto-provider'
import { isPromiseLike } from '@typetls/crypto-provider'

/**
 * Stands in every call to a provider. `call` is the path of the function, such as `aead.aes-128-gcm.seal`,
 * `keyExchange.x25519.start`, `hash.sha256.update` or `random`; `run` does what was asked, with these arguments or
 * with others.
 */
export type Intercept = (call: string, args: readonly unknown[], run: (args: readonly unknown[]) => unknown) => unknown

/** The same provider, each of its calls going through `intercept`. */
export function interceptedProvider<M extends Mode>(
  provider: CryptoProvider<M>,
  intercept: Intercept,
): CryptoProvider<M> {
  const through = <A extends readonly unknown[], R>(call: string, run: (...args: A) => R): ((...args: A) => R) => {
    return (...args) => intercept(call, args, (changed) => run(...(changed as A))) as R
  }

  const hash = (one: Hash<M>): Hash<M> => ({
    name: one.name,
    outputLength: one.outputLength,
    digest: through(`hash.${one.name}.digest`, (data: Uint8Array) => one.digest(data)),
    start: through(`hash.${one.name}.start`, () => runningHash(one.name, one.start())),
  })

  const runningHash = (name: string, one: RunningHash<M>): RunningHash<M> => ({
    update: through(`hash.${name}.update`, (data: Uint8Array) => one.update(data)),
    digest: through(`hash.${name}.runningDigest`, () => one.digest()),
  })

  const hmac = (one: Hmac<M>): Hmac<M> => ({
    hash: one.hash,
    outputLength: one.outputLength,
    sign: through(`hmac.${one.hash}.sign`, (...args: Parameters<typeof one.sign>) => one.sign(...args)),
  })

  const hkdf = (one: Hkdf<M>): Hkdf<M> => ({
    hash: one.hash,
    outputLength: one.outputLength,
    extract: through(`hkdf.${one.hash}.extract`, (...args: Parameters<typeof one.extract>) => one.extract(...args)),
    expand: through(`hkdf.${one.hash}.expand`, (...args: Parameters<typeof one.expand>) => one.expand(...args)),
  })

  const aead = (one: Aead<M>): Aead<M> => ({
    name: one.name,
    keyLength: one.keyLength,
    nonceLength: one.nonceLength,
    tagLength: one.tagLength,
    key: through(
      `aead.${one.name}.key`,
      (...args: Parameters<typeof one.key>) =>
        mapped(one.key(...args), (key) => aeadKey(one.name, key)) as ReturnType<typeof one.key>,
    ),
  })

  const aeadKey = (name: string, one: AeadKey<M>): AeadKey<M> => ({
    seal: through(`aead.${name}.seal`, (...args: Parameters<typeof one.seal>) => one.seal(...args)),
    open: through(`aead.${name}.open`, (...args: Parameters<typeof one.open>) => one.open(...args)),
    dispose: through(`aead.${name}.dispose`, () => one.dispose()),
  })

  const cbc = (one: Cbc<M>): Cbc<M> => ({
    name: one.name,
    keyLength: one.keyLength,
    blockLength: one.blockLength,
    key: through(
      `cbc.${one.name}.key`,
      (...args: Parameters<typeof one.key>) =>
        mapped(one.key(...args), (key) => cbcKey(one.name, key)) as ReturnType<typeof one.key>,
    ),
  })

  const cbcKey = (name: string, one: CbcKey<M>): CbcKey<M> => ({
    encrypt: through(`cbc.${name}.encrypt`, (...args: Parameters<typeof one.encrypt>) => one.encrypt(...args)),
    decrypt: through(`cbc.${name}.decrypt`, (...args: Parameters<typeof one.decrypt>) => one.decrypt(...args)),
    dispose: through(`cbc.${name}.dispose`, () => one.dispose()),
  })

  const keyExchange = (one: KeyExchange<M>): KeyExchange<M> => ({
    name: one.name,
    id: one.id,
    clientShareLength: one.clientShareLength,
    serverShareLength: one.serverShareLength,
    start: through(
      `keyExchange.${one.name}.start`,
      () => mapped(one.start(), (start) => keyExchangeStart(one.name, start)) as ReturnType<typeof one.start>,
    ),
    respond: through(`keyExchange.${one.name}.respond`, (clientShare: Uint8Array) => one.respond(clientShare)),
  })

  const keyExchangeStart = (name: string, one: KeyExchangeStart<M>): KeyExchangeStart<M> => ({
    share: one.share,
    finish: through(`keyExchange.${name}.finish`, (serverShare: Uint8Array) => one.finish(serverShare)),
    dispose: through(`keyExchange.${name}.dispose`, () => one.dispose()),
  })

  const signature = (one: SignatureAlgorithm<M>): SignatureAlgorithm<M> => ({
    name: one.name,
    verify: through(`signature.${one.name}.verify`, (...args: Parameters<typeof one.verify>) => one.verify(...args)),
    sign: through(`signature.${one.name}.sign`, (...args: Parameters<typeof one.sign>) => one.sign(...args)),
  })

  const keyTransport = (one: KeyTransport<M>): KeyTransport<M> => ({
    name: one.name,
    encrypt: through(`keyTransport.${one.name}.encrypt`, (...args: Parameters<typeof one.encrypt>) =>
      one.encrypt(...args),
    ),
    decrypt: through(`keyTransport.${one.name}.decrypt`, (...args: Parameters<typeof one.decrypt>) =>
      one.decrypt(...args),
    ),
  })

  return {
    name: provider.name,
    mode: provider.mode,
    random: through('random', (length: number) => provider.random(length)),
    hash: each(provider.hash, hash),
    hmac: each(provider.hmac, hmac),
    hkdf: each(provider.hkdf, hkdf),
    aead: each(provider.aead, aead),
    cbc: each(provider.cbc, cbc),
    keyExchange: each(provider.keyExchange, keyExchange),
    ...(provider.finiteField && {
      finiteField: (field) => keyExchange(provider.finiteField?.(field) as KeyExchange<M>),
    }),
    signature: each(provider.signature, signature),
    keyTransport: each(provider.keyTransport, keyTransport),
    importPrivateKey: through('importPrivateKey', (pkcs8: Uint8Array) => provider.importPrivateKey(pkcs8)),
  }
}

function each<T>(list: Listed<T>, wrap: (one: T) => T): Listed<T> {
  const wrapped: Partial<Record<string, T>> = {}
  for (const [name, one] of Object.entries(list)) if (one !== undefined) wrapped[name] = wrap(one)
  return wrapped
}

function mapped<T, R>(answer: T | PromiseLike<T>, map: (value: T) => R): R | PromiseLike<R> {
  return isPromiseLike(answer) ? answer.then(map) : map(answer)
}
