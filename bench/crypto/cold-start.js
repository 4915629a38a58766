// A process that starts a backend, or the library below it, does one piece of work, and prints how many
// milliseconds of processor time it took: `node cold-start.js node|noble|webcrypto|sodium ours|raw`.
const [, , backend, what] = process.argv
const aead = backend === 'sodium' ? 'chacha20-poly1305' : 'aes-128-gcm'
const key = new Uint8Array(backend === 'sodium' ? 32 : 16).fill(1)
const [nonce, aad, content] = [new Uint8Array(12), new Uint8Array(5), new Uint8Array(1024)]

const before = process.cpuUsage()
await { ours, raw }[what]()
const { user, system } = process.cpuUsage(before)
process.stdout.write(String((user + system) / 1000))

async function ours() {
  const { Secret } = await import('@typetls/crypto-provider')
  const provider = await {
    node: async () => (await import('@typetls/crypto-node')).nodeCrypto,
    noble: async () => (await import('@typetls/crypto-noble')).nobleCrypto,
    webcrypto: async () => (await import('@typetls/crypto-webcrypto')).webCrypto(),
    sodium: async () => (await import('@typetls/crypto-sodium')).sodiumCrypto,
  }[backend]()
  const sealing = await provider.aead[aead].key(new Secret(key))
  await sealing.seal(nonce, aad, content, Uint8Array.of(23), new Uint8Array(1041), 0)
}

async function raw() {
  if (backend === 'node') {
    const { createCipheriv } = await import('node:crypto')
    const cipher = createCipheriv('aes-128-gcm', key, nonce, { authTagLength: 16 })
    cipher.setAAD(aad)
    cipher.update(content)
    cipher.final()
    cipher.getAuthTag()
  } else if (backend === 'noble') {
    // What the backend is made of, whole: a program that needs less imports less of either.
    const libraries = ['ciphers/chacha', 'curves/nist', 'curves/ed25519', 'curves/ed448', 'hashes/sha2', 'hashes/hmac']
    const more = ['hashes/hkdf', 'hashes/legacy', 'post-quantum/ml-kem', 'post-quantum/ml-dsa']
    const { gcm } = await import('@noble/ciphers/aes.js')
    await Promise.all([...libraries, ...more].map((name) => import(`@noble/${name}.js`)))
    gcm(key, nonce, aad).encrypt(content)
  } else if (backend === 'sodium') {
    const { default: sodium } = await import('sodium-native')
    const into = Buffer.alloc(content.length + 16)
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(into, content, aad, null, nonce, key)
  } else {
    const { subtle } = globalThis.crypto ?? (await import('node:crypto')).webcrypto
    const imported = await subtle.importKey('raw', key, { name: 'AES-GCM' }, false, ['encrypt'])
    await subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: aad }, imported, content)
  }
}
