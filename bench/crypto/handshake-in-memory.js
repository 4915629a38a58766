// node bench/crypto/handshake-in-memory.js: what a handshake of ours costs without sockets, both ends together, from two
// connections that are made to two that are closed: X25519, ECDSA P-256, AES-128-GCM, two tickets. Once with node:crypto and
// once with a provider that does nothing, which leaves what is ours. CPU time, the least and the median of 40 batches.
import { clientConnection, rotatingTicketKeys, serverConnection } from '@typetls/connection'
import { nodeCrypto } from '@typetls/crypto-node'
import { Secret, TLS_AES_128_GCM_SHA256 } from '@typetls/crypto-provider'
import { createAuthority } from '@typetls/testing'
import { createCredential, createVerifier } from '@typetls/x509'

const authority = createAuthority({ keyType: 'ec-secp256r1' })
const { chain, privateKeyDer: privateKey } = authority.issue({ dns: ['localhost'], keyType: 'ec-secp256r1' })
const clock = { now: () => Date.now() }

for (const [name, crypto] of [
  ['node:crypto', nodeCrypto],
  ['no cryptography', withoutWork(nodeCrypto)],
]) {
  const full = endsOf(crypto)
  const session = handshake(full)
  console.log(`full handshake, ${name}`, cpu(full))
  console.log(`resumed handshake, ${name}`, cpu({ ...full, client: { ...full.client, session } }))
}

/** Options of both ends. Resumed connections get no new tickets, as of node:tls. */
function endsOf(crypto) {
  const common = { crypto, clock, cipherSuites: [TLS_AES_128_GCM_SHA256], groups: ['x25519', 'secp256r1'] }
  return {
    client: { ...common, serverName: 'localhost', verifier: rememberingVerifier() },
    server: {
      ...common,
      credentials: createCredential({ certificates: chain, privateKey, provider: crypto }),
      tickets: rotatingTicketKeys({ crypto, clock }),
      renewTickets: false,
    },
  }
}

/** As node-adapter has it: a chain is verified once. */
function rememberingVerifier() {
  const verifier = createVerifier({ trustAnchors: [authority.certificate] })
  let verdict
  return { verify: (chain, context) => (verdict ??= verifier.verify(chain, context)) }
}

/** → the last session that the client got */
function handshake(options) {
  const [toClient, toServer] = [[], []]
  let session
  const events = (out) => ({
    output: (bytes) => out.push(bytes),
    data() {},
    session: (one) => (session = one),
    closed(error) {
      if (error !== undefined) throw error
    },
  })
  const client = clientConnection({ ...options.client }, events(toServer))
  const server = serverConnection(options.server, events(toClient))
  const pump = () => {
    while (toClient.length + toServer.length > 0) {
      for (const bytes of toServer.splice(0)) server.receive(bytes)
      for (const bytes of toClient.splice(0)) client.receive(bytes)
    }
  }
  client.start()
  pump()
  const resumed = options.client.session !== undefined
  if (server.facts?.resumed !== resumed || client.facts?.resumed !== resumed) throw new Error('not as it should be')
  client.closeWrite()
  pump()
  server.closeWrite()
  pump()
  return session
}

function cpu(options) {
  const each = []
  for (let batch = -30; batch < 40; batch++) {
    const before = process.cpuUsage()
    for (let i = 0; i < 100; i++) handshake(options)
    const { user, system } = process.cpuUsage(before)
    if (batch >= 0) each.push((user + system) / 100)
  }
  each.sort((a, b) => a - b)
  return `${each[0].toFixed(0)} µs, median ${each[20].toFixed(0)}`
}

/** `provider`, but what a handshake calls answers with zeros at once, and AES leaves everything as it is. */
function withoutWork(provider) {
  const secret = (length) => new Secret(new Uint8Array(length))
  const digest = () => new Uint8Array(32)
  const share = new Uint8Array(32)
  const signature = new Uint8Array(71)
  const key = {
    seal(nonce, additionalData, content, trailer, into, offset) {
      into.set(content, offset)
      into.set(trailer, offset + content.length)
    },
    open: (nonce, additionalData, ciphertext) => ciphertext.slice(0, -16),
    dispose() {},
  }
  const changed = (list, name, changes) => ({ ...list, [name]: { ...list[name], ...changes } })
  const { hash, hmac, hkdf, aead, keyExchange, signature: signatures } = provider
  return {
    ...provider,
    hash: changed(hash, 'sha256', { digest, start: () => ({ update() {}, digest }) }),
    hmac: changed(hmac, 'sha256', { sign: digest }),
    hkdf: changed(hkdf, 'sha256', { extract: () => secret(32), expand: (from, info, length) => secret(length) }),
    aead: changed(changed(aead, 'aes-128-gcm', { key: () => key }), 'aes-256-gcm', { key: () => key }),
    keyExchange: changed(keyExchange, 'x25519', {
      start: () => ({ share, finish: () => secret(32), dispose() {} }),
      respond: () => ({ share, secret: secret(32) }),
    }),
    signature: changed(signatures, 'ecdsa-sha256', { verify: () => true, sign: () => signature }),
  }
}
