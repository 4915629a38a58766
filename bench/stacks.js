/**
 * Either stack with the same settings: TLS 1.3, TLS_AES_128_GCM_SHA256, X25519, the certificate of `identity` for
 * `localhost`, verified by the client. Only the stack that is asked for is loaded.
 *
 * `listen(listener, port)` → server; `connect(port, session)` → socket; `connectAfresh` is the same without anything
 * prepared beforehand.
 */
export async function loadStack(name, identity) {
  return stacks[name](identity)
}

/** In the order they are measured in, and divided: the first by the second. */
export const stackNames = ['typetls', 'node:tls']

const stacks = {
  async typetls({ cert, key, ca }) {
    const { connect, createServer } = await import('@typetls/node-adapter')
    const settings = { cipherSuites: ['TLS_AES_128_GCM_SHA256'], groups: ['x25519'] }
    const dial = (port, session) => connect({ ...target, ...settings, port, ca, session })
    return {
      listen: (listener) => listening(createServer({ ...settings, cert, key }, listener)),
      connect: dial,
      connectAfresh: dial,
    }
  },

  async 'node:tls'({ cert, key, ca }) {
    const { default: tls } = await import('node:tls')
    const settings = {
      minVersion: 'TLSv1.3',
      ciphers: 'TLS_AES_128_GCM_SHA256',
      ecdhCurve: 'X25519',
      noDelay: true,
    }
    // What a program that cares does: without it each connect() parses the authority again.
    const secureContext = tls.createSecureContext({ ...settings, ca })
    return {
      listen: (listener) => listening(tls.createServer({ ...settings, cert, key }, listener)),
      connect: (port, session) => tls.connect({ ...target, ...settings, port, secureContext, session }),
      connectAfresh: (port, session) => tls.connect({ ...target, ...settings, port, ca, session }),
    }
  },
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, target.host, () => resolve(server))
  })
}

const target = { host: '127.0.0.1', servername: 'localhost' }
