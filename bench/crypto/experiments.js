import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import { sodiumCrypto } from '@typetls/crypto-sodium'
import { webCrypto } from '@typetls/crypto-webcrypto'
import { raw } from './raw.js'

/**
 * What is measured of a backend, as pairs of functions that do one operation each: ours, and theirs where the library
 * has it. `bytes` is the content of a record; operations without are counted.
 */
export async function experimentsOf(backend) {
  const provider = await providers[backend]()
  const experiments = []
  const { aeads, signatureAlgorithms, groups } = backend === 'sodium' ? ofSodium : common
  for (const name of aeads) {
    if (provider.aead[name] === undefined) continue
    if (backend === 'webcrypto' && name === 'chacha20-poly1305') continue
    for (const size of [16384, 1024]) experiments.push(...(await records(backend, provider, name, size)))
  }
  for (const name of signatureAlgorithms) {
    experiments.push(...(await signatures(backend, provider, name)))
  }
  for (const name of groups) {
    if (provider.keyExchange[name] !== undefined) experiments.push(await agreement(backend, provider, name))
  }
  return experiments
}

const common = {
  aeads: ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'],
  signatureAlgorithms: ['ecdsa-sha256', 'ed25519', 'rsa-pss-sha256'],
  groups: ['x25519', 'secp256r1', 'X25519MLKEM768'],
}

/** The rest is node:crypto's there. */
const ofSodium = { aeads: ['chacha20-poly1305'], signatureAlgorithms: [], groups: ['x25519'] }

const providers = {
  node: () => nodeCrypto,
  noble: () => nobleCrypto,
  webcrypto: () => webCrypto(),
  sodium: () => sodiumCrypto,
}

async function records(backend, provider, name, size) {
  const row = provider.aead[name]
  const bytes = new Uint8Array(randomBytes(row.keyLength))
  const ours = await row.key(Secret.copyOf(bytes))
  const theirs = await raw[backend].aead(name, bytes)
  const [nonce, aad] = [new Uint8Array(randomBytes(12)), new Uint8Array(5).fill(23)]
  const content = new Uint8Array(randomBytes(size))
  const trailer = Uint8Array.of(23)
  // Theirs is spared the joining: it gets content and type in one piece.
  const plaintext = new Uint8Array([...content, ...trailer])
  const into = new Uint8Array(plaintext.length + row.tagLength)
  await ours.seal(nonce, aad, content, trailer, into, 0)
  const sealed = into.slice()
  await theirs.seal(nonce, aad, plaintext, into)
  if (!Buffer.from(into).equals(sealed)) throw new Error(`${backend} ${name}: two ciphertexts of the same`)
  return [
    {
      name: `${name} seal, ${size} bytes`,
      bytes: size,
      ours: () => ours.seal(nonce, aad, content, trailer, into, 0),
      theirs: () => theirs.seal(nonce, aad, plaintext, into),
    },
    {
      name: `${name} open, ${size} bytes`,
      bytes: size,
      ours: () => ours.open(nonce, aad, sealed),
      theirs: () => theirs.open(nonce, aad, sealed),
    },
  ]
}

async function signatures(backend, provider, name) {
  const algorithm = provider.signature[name]
  const [keyType, pair] = {
    'ecdsa-sha256': ['ec-secp256r1', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ed25519: ['ed25519', () => generateKeyPairSync('ed25519')],
    'rsa-pss-sha256': ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  }[name]
  const { privateKey, publicKey } = pair()
  const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
  const own = await provider.importPrivateKey(pkcs8)
  const key = { keyType, spki }
  const data = new Uint8Array(randomBytes(130))
  const signature = await algorithm.sign(own, data)
  const theirs = await raw[backend].signer(name, pkcs8, spki)
  return [
    { name: `${name} sign`, ours: () => algorithm.sign(own, data), theirs: theirs && (() => theirs.sign(data)) },
    {
      name: `${name} verify`,
      ours: () => algorithm.verify(key, data, signature),
      theirs: theirs && (await theirsVerifies(backend, name, theirs, data)),
    },
  ]
}

/** Of a signature of its own: Web Cryptography has another form than TLS. */
async function theirsVerifies(backend, name, theirs, data) {
  const signature = await theirs.sign(data)
  if (!(await theirs.verify(data, signature))) throw new Error(`${backend} ${name}: raw use does not verify`)
  return () => theirs.verify(data, signature)
}

async function agreement(backend, provider, name) {
  const group = provider.keyExchange[name]
  const { share } = await group.start()
  const theirs = name.includes('MLKEM') ? undefined : raw[backend].agreement(name)
  return { name: `${name} agree`, ours: () => group.respond(share), theirs: theirs && (() => theirs(share)) }
}
