// node bench/crypto/handshake-floor.js: what a handshake's calls of node:crypto cost by themselves, both ends together, with
// nothing of ours around them: X25519, ECDSA P-256, AES-128-GCM, two tickets. The least of 40 batches, CPU time.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto'

const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const bytes = Buffer.alloc(130)
const key = bytes.subarray(0, 16)
const nonce = bytes.subarray(0, 12)
const header = bytes.subarray(0, 5)
const tag = { authTagLength: 16 }

/** Server's flight, client's Finished, tickets, close_notify of both; bytes. */
const records = [700, 53, 280, 19, 19]
/** What the server seals into tickets, bytes. */
const ticketStates = [120, 120]
/** Key schedule, traffic keys, Finished, the PSKs of tickets. */
const hmacs = 46

function keyExchange() {
  const [ours, theirs] = [shareOf(), shareOf()]
  agree(ours, theirs)
  agree(theirs, ours)
}

// As our backend does it: JWK is the fastest way in and out.
function shareOf() {
  return generateKeyPairSync('x25519', { publicKeyEncoding: { format: 'jwk' } })
}

function agree({ privateKey }, { publicKey }) {
  diffieHellman({ privateKey, publicKey: createPublicKey({ key: publicKey, format: 'jwk' }) })
}

function proof() {
  verify('sha256', bytes, signer.publicKey, sign('sha256', bytes, signer.privateKey))
}

function symmetric() {
  for (let i = 0; i < hmacs; i++) createHmac('sha256', bytes.subarray(0, 32)).update(bytes.subarray(0, 54)).digest()
  for (const length of records) open(seal(length))
  for (const length of ticketStates) seal(length)
  for (let end = 0; end < 2; end++) {
    const transcript = createHash('sha256')
    for (let i = 0; i < 5; i++) transcript.update(bytes).copy().digest()
  }
}

function seal(length) {
  const cipher = createCipheriv('aes-128-gcm', key, nonce, tag)
  cipher.setAAD(header)
  const ciphertext = cipher.update(Buffer.allocUnsafe(length))
  cipher.final()
  return { ciphertext, authTag: cipher.getAuthTag() }
}

function open({ ciphertext, authTag }) {
  const decipher = createDecipheriv('aes-128-gcm', key, nonce, tag)
  decipher.setAAD(header)
  decipher.setAuthTag(authTag)
  decipher.update(ciphertext)
  decipher.final()
}

function inTurn() {
  keyExchange()
  proof()
  symmetric()
}

function leastCpu(act) {
  let least = Infinity
  for (let batch = -10; batch < 40; batch++) {
    const before = process.cpuUsage()
    for (let i = 0; i < 50; i++) act()
    const { user, system } = process.cpuUsage(before)
    if (batch >= 0) least = Math.min(least, (user + system) / 50)
  }
  return `${least.toFixed(0)} µs`
}

console.log('key exchange', leastCpu(keyExchange))
console.log('signature and its verification', leastCpu(proof))
console.log('HMAC, records, tickets and hashes', leastCpu(symmetric))
// More than the sum: the caches are full of the others.
console.log('all of it in turn', leastCpu(inTurn))
