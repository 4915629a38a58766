import { once } from 'node:events'
import nodeTls from 'node:tls'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ca, identity, listen } from '../../test/loopback.ts'
import tls from './index.ts'

const { rootCertificates } = nodeTls

async function isTrusted(): Promise<boolean> {
  const port = await listen(tls.createServer(identity, (socket) => socket.end()))
  const client = tls.connect({ port, servername: 'localhost', rejectUnauthorized: false })
  await once(client, 'secureConnect')
  client.destroy()
  return client.authorized
}

describe.each([
  ['this Node has them', tls],
  ['this Node is one without them', await onOlderNode()],
])('the authorities that are trusted, where %s', (_which, module) => {
  const before = module.getCACertificates()
  afterEach(() => module.setDefaultCACertificates(before))

  test('are those that come with Node', () => {
    expect(module.getCACertificates('bundled')).toEqual(rootCertificates)
    expect(module.getCACertificates()).toBe(module.getCACertificates('default'))
    const { length } = module.getCACertificates('extra')
    expect(module.getCACertificates()).toHaveLength(rootCertificates.length + length)
  })

  test('are others, once they are set, as text or bytes', () => {
    module.setDefaultCACertificates([ca, Buffer.from(ca), new DataView(new TextEncoder().encode(ca).buffer)])
    const [only, ...others] = module.getCACertificates()
    expect(only?.trim()).toBe(ca.trim())
    expect(others).toEqual([])
  })

  test('are not asked for or set by what is no list of certificates', () => {
    expect(() => module.getCACertificates('mine' as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    )
    expect(() => module.getCACertificates(1 as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
    for (const wrong of [null, 'text', {}, [ca, 1]]) {
      expect(() => module.setDefaultCACertificates(wrong as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
    }
  })
})

test('contexts without authorities of their own follow what is set', async () => {
  const before = tls.getCACertificates()
  expect(await isTrusted()).toBe(false)
  tls.setDefaultCACertificates([ca])
  expect(await isTrusted()).toBe(true)
  tls.setDefaultCACertificates([])
  expect(await isTrusted()).toBe(false)
  tls.setDefaultCACertificates(before)
})

async function onOlderNode(): Promise<typeof tls> {
  vi.resetModules()
  vi.doMock('node:tls', () => ({
    default: { ...nodeTls, getCACertificates: undefined, setDefaultCACertificates: undefined, rootCertificates },
  }))
  const older = (await import('./index.ts')).default
  vi.doUnmock('node:tls')
  vi.resetModules()
  return older
}
