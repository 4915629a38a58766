import type { Aead, Cbc, Hash, Hkdf, Hmac, KeyExchange } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { equalBytes, TlsError } from '@typetls/wire'
import type { EllipticKey } from './elliptic-keys.ts'
import { errorName } from './error-name.ts'
import type { HashRow } from './hash.ts'
import type { Algorithm, KeyPair, Subtle } from './platform.ts'
import { writeRsaSpki } from '@typetls/crypto-provider/key-forms'
import type { RsaScheme } from './rsa.ts'

/**
 * Finds out by trying, once for each platform and algorithm, since nothing else tells.
 *
 * @returns why not, or `undefined` when it works
 */
export function probe(subtle: Subtle, what: string, attempt: () => PromiseLike<boolean>): Promise<string | undefined> {
  let known = probed.get(subtle)
  if (known === undefined) probed.set(subtle, (known = new Map()))
  let reason = known.get(what)
  if (reason === undefined) known.set(what, (reason = whyNot(attempt)))
  return reason
}

const probed = /* @__PURE__ */ new WeakMap<Subtle, Map<string, Promise<string | undefined>>>()

async function whyNot(attempt: () => PromiseLike<boolean>): Promise<string | undefined> {
  try {
    return (await attempt()) ? undefined : 'the platform has it, and it gives wrong results'
  } catch (error) {
    const cause = error instanceof TlsError && error.cause !== undefined ? error.cause : error
    const message = typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause
    return `${String(errorName(cause))}: ${String(message)}`
  }
}

export async function hashes(hash: Hash<'async'>): Promise<boolean> {
  return (await hash.digest(nothing)).length === hash.outputLength
}

export async function authenticates(hmac: Hmac<'async'>): Promise<boolean> {
  return (await hmac.sign(new Secret(new Uint8Array(1)), nothing)).length === hmac.outputLength
}

export async function derives(hkdf: Hkdf<'async'>): Promise<boolean> {
  return (await hkdf.expand(new Secret(new Uint8Array(1)), nothing, 1)).length === 1
}

export async function seals(aead: Aead<'async'>): Promise<boolean> {
  const key = await aead.key(new Secret(new Uint8Array(aead.keyLength)))
  const nonce = new Uint8Array(aead.nonceLength)
  const sealed = new Uint8Array(1 + aead.tagLength)
  await key.seal(nonce, nothing, Uint8Array.of(7), nothing, sealed, 0)
  const opened = await key.open(nonce, nothing, sealed)
  key.dispose()
  return opened?.length === 1 && opened[0] === 7
}

export async function encrypts(cbc: Cbc<'async'>): Promise<boolean> {
  const key = await cbc.key(new Secret(new Uint8Array(cbc.keyLength)))
  const iv = new Uint8Array(cbc.blockLength)
  const encrypted = new Uint8Array(cbc.blockLength)
  await key.encrypt(iv, iv, encrypted, 0)
  const decrypted = await key.decrypt(iv, encrypted)
  key.dispose()
  return equalBytes(decrypted, iv)
}

export async function agrees(group: KeyExchange<'async'>): Promise<boolean> {
  const start = await group.start()
  const { share, secret } = await group.respond(start.share)
  const same = await start.finish(share)
  start.dispose()
  const agreed = equalBytes(secret.reveal(), same.reveal())
  secret.dispose()
  same.dispose()
  return agreed
}

export async function signs(subtle: Subtle, key: EllipticKey, hash?: HashRow): Promise<boolean> {
  const usages = ['sign', 'verify']
  const { publicKey, privateKey } = (await subtle.generateKey(key.algorithm, false, usages)) as KeyPair
  const parameters: Algorithm = hash === undefined ? key.algorithm : { name: 'ECDSA', hash: hash.webName }
  const signature = new Uint8Array(await subtle.sign(parameters, privateKey, nothing))
  return subtle.verify(parameters, publicKey, signature, nothing)
}

/** Generating an RSA key would take seconds; that the platform takes one and reads a signature will do. */
export async function verifies(subtle: Subtle, scheme: RsaScheme): Promise<boolean> {
  const spki = writeRsaSpki({ n: new Uint8Array(256).fill(0xc3), e: Uint8Array.of(1, 0, 1) })
  const key = await subtle.importKey('spki', spki, scheme.algorithm, true, ['verify'])
  return !(await subtle.verify(scheme.parameters, key, new Uint8Array(256), nothing))
}

const nothing = /* @__PURE__ */ new Uint8Array(0)
