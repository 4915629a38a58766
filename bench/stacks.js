/**
 * Either stack with the same settings, on a backend if it is ours: one cipher suite and its version, X25519 (P-256 is listed for the certificate),
 * the certificate of `identity` for `localhost`, verified by the client. Only the stack that is asked for is loaded.
 *
 * `listen(listener)` → server; `listenHttps(handler)` → HTTPS server; `connect(port, session)` → socket;
 * `connectAfresh` is the same without anything prepared beforehand.
 */
export async function loadStack({ stack, suite, backend, identity }) {
  return stacks[stack](suite, identity, backends[backend])
}

/** In the order they are measured in, and divided: the first by the second. */
export const stackNames = ['typetls', 'node:tls']

const stacks = {
  async typetls(suite, { cert, key, ca }, crypto) {
    const { connect, createHttpsServer, createServer } = await import('@typetls/node-adapter')
    const settings = {
      cipherSuites: [suite],
      groups: ['x25519', 'secp256r1'],
      maxVersion: versionOf(suite),
      crypto: await crypto(),
      // As node:tls, which gives no new ticket to a client that resumed.
      renewTickets: false,
    }
    const dial = (port, session) => connect({ ...target, ...settings, port, ca, session })
    return {
      listen: (listener) => listening(createServer({ ...settings, cert, key }, listener)),
      listenHttps: (handler) => listening(createHttpsServer({ ...settings, cert, key }, handler)),
      connect: dial,
      connectAfresh: dial,
    }
  },

  async 'node:tls'(suite, { cert, key, ca }) {
    const { default: tls } = await import('node:tls')
    const { default: https } = await import('node:https')
    const settings = {
      minVersion: versionOf(suite),
      maxVersion: versionOf(suite),
      ciphers: openSslName(suite),
      ecdhCurve: 'X25519:P-256',
      noDelay: true,
    }
    // What a program that cares does: without it each connect() parses the authority again.
    const secureContext = tls.createSecureContext({ ...settings, ca })
    return {
      listen: (listener) => listening(tls.createServer({ ...settings, cert, key }, listener)),
      listenHttps: (handler) => listening(https.createServer({ ...settings, cert, key }, handler)),
      connect: (port, session) => tls.connect({ ...target, ...settings, port, secureContext, session }),
      connectAfresh: (port, session) => tls.connect({ ...target, ...settings, port, ca, session }),
    }
  },
}

/** Of ours. */
const backends = {
  node: async () => (await import('@typetls/crypto-node')).nodeCrypto,
  sodium: async () => (await import('@typetls/crypto-sodium')).sodiumCrypto,
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, target.host, () => resolve(server))
  })
}

function versionOf(suite) {
  return suite.includes('_WITH_') ? 'TLSv1.2' : 'TLSv1.3'
}

/** `ECDHE-RSA-AES128-GCM-SHA256` for `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; those of TLS 1.3 have the same. */
function openSslName(suite) {
  const [, exchange, cipher] = /^TLS_(\w+)_WITH_AES_(\w+)$/.exec(suite) ?? []
  return exchange === undefined ? suite : `${exchange}_AES${cipher}`.replaceAll('_', '-')
}

const target = { host: '127.0.0.1', servername: 'localhost' }
