import { once } from 'node:events'
import nodeTls from 'node:tls'
import { createAuthority, createSelfSigned } from '@typetls/testing'
import type { Authority, TestCertificate } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import { crlOf } from '../../test/crl.ts'
import { listen } from '../../test/loopback.ts'
import tls from './index.ts'

const dns = ['localhost']
const past = new Date('2021-01-01')
const root = createAuthority()
const middle = root.issueIntermediate()
const leaf = middle.issue({ dns })
const direct = root.issue({ dns })

function below(authority: Authority): TestCertificate {
  return authority.issue({ dns })
}

function withChain({ pem, privateKeyPem }: TestCertificate, ...others: readonly TestCertificate[]): object {
  return { cert: [pem, ...others.map((one) => one.pem)].join(''), key: privateKeyPem }
}

interface Verdict {
  readonly code: string | undefined
  readonly message: string
}

type Connect = (options: object) => ReturnType<typeof nodeTls.connect>

async function verdictOf(connect: Connect, options: object): Promise<Verdict | 'authorized'> {
  const socket = connect(options)
  return new Promise((resolve) => {
    socket.on('secureConnect', () => {
      resolve('authorized')
      socket.destroy()
    })
    socket.on('error', ({ code, message }: Error & { code?: string }) => resolve({ code, message }))
  })
}

describe('what a client says of the certificate of a server is what node:tls says', () => {
  const self = createSelfSigned({ dns })
  const expiredSelf = createSelfSigned({ dns, notAfter: past })
  const oldRoot = createAuthority({ name: 'old', key: 4, notAfter: past })
  const oldMiddle = root.issueIntermediate({ notAfter: past })
  const closeRoot = createAuthority({ name: 'close', key: 5, pathLength: 0 })
  const farMiddle = closeRoot.issueIntermediate()

  test.each<[string, object, object]>([
    ['nothing, if all is well', withChain(leaf, middle), { ca: root.pem }],
    ['nothing, if the root is sent too', withChain(leaf, middle, root), { ca: root.pem }],
    ['one that is self-signed', withChain(self), {}],
    ['one that is self-signed and expired', withChain(expiredSelf), {}],
    ['one that is self-signed and trusted', withChain(self), { ca: self.pem }],
    ['a root that nobody knows', withChain(direct, root), {}],
    ['an authority that is not there', withChain(direct), {}],
    ['an authority above those that were sent', withChain(leaf, middle), {}],
    ['an authority of ours without its root', withChain(leaf), { ca: middle.pem }],
    ['one that expired', withChain(root.issue({ dns, notAfter: past })), { ca: root.pem }],
    ['one that expired, of nobody', withChain(root.issue({ dns, notAfter: past })), {}],
    ['one that is not valid yet', withChain(root.issue({ dns, notBefore: new Date('2048-01-01') })), { ca: root.pem }],
    ['a root that expired', withChain(below(oldRoot)), { ca: oldRoot.pem }],
    ['an authority that expired', withChain(below(oldMiddle), oldMiddle), { ca: root.pem }],
    ['one for clients', withChain(root.issue({ dns, extendedKeyUsage: ['clientAuth'] })), { ca: root.pem }],
    ['a path that is too long', withChain(below(farMiddle), farMiddle), { ca: closeRoot.pem }],
    ['one for another name', withChain(root.issue({ dns: ['other.example'] })), { ca: root.pem }],
    ['one without a name', withChain(root.issue({ subject: 'somebody' })), { ca: root.pem }],
    ['one that was revoked', withChain(direct), { ca: root.pem, crl: crlOf(root, [serialOf(direct)]) }],
    ['one that nobody asked about', withChain(leaf, middle), { ca: root.pem, crl: crlOf(root, []) }],
  ])('%s', async (_what, server, client) => {
    const port = await listen(nodeTls.createServer(server, (socket) => socket.on('error', () => {}).end()))
    const options = { port, host: '127.0.0.1', servername: 'localhost', ...client }
    const theirs = await verdictOf(nodeTls.connect as Connect, options)
    expect(await verdictOf(tls.connect as unknown as Connect, options)).toEqual(theirs)
  })
})

function serialOf(certificate: TestCertificate): Uint8Array {
  return Buffer.from(certificate.x509().serialNumber, 'hex')
}

test('the certificate of a peer has the shape that node:tls gives it, up to the root', async () => {
  const certificate = root.issue({ dns, ip: ['127.0.0.1'], subject: { CN: 'a name', O: 'some one' } })
  for (const one of [certificate, root.issue({ dns, keyType: 'rsa' })]) {
    const port = await listen(nodeTls.createServer(withChain(one), (socket) => socket.end()))
    const options = { port, host: '127.0.0.1', servername: 'localhost', ca: root.pem }
    const [ours, theirs] = [tls.connect(options), nodeTls.connect(options)]
    await Promise.all([once(ours, 'secureConnect'), once(theirs, 'secureConnect')])
    expect(ours.getPeerCertificate()).toEqual(theirs.getPeerCertificate())
    expect(ours.getPeerCertificate(true)).toEqual(theirs.getPeerCertificate(true))
    for (const socket of [ours, theirs]) socket.destroy()
  }
})

test('checkServerIdentity sees the chain up to the root, and may answer with nothing at all', async () => {
  const port = await listen(tls.createServer(withChain(leaf, middle), (socket) => socket.end()))
  const seen: string[] = []
  const checkServerIdentity = (name: string, certificate: nodeTls.PeerCertificate): undefined => {
    const { issuerCertificate: issuer } = certificate as nodeTls.DetailedPeerCertificate
    seen.push(name, issuer.fingerprint256, issuer.issuerCertificate.fingerprint256)
    return false as unknown as undefined
  }
  const client = tls.connect({ port, servername: 'other.example', ca: root.pem, checkServerIdentity })
  await once(client, 'secureConnect')
  expect(client.authorized).toBe(true)
  expect(seen).toEqual(['other.example', middle.x509().fingerprint256, root.x509().fingerprint256])
  client.destroy()
})

test('checkServerIdentity refuses with an error, and with anything else', async () => {
  const port = await listen(tls.createServer(withChain(direct)))
  for (const answer of [new Error('not this one'), 'not this one', 1, {}]) {
    const checkServerIdentity = (): Error => answer as Error
    const client = tls.connect({ port, servername: 'localhost', ca: root.pem, checkServerIdentity })
    const message = answer instanceof Error ? 'not this one' : 'checkServerIdentity refused the server'
    expect((await once(client, 'error'))[0]).toMatchObject({ message })
  }
})
