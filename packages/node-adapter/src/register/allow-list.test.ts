import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { allowListOfEnvironment, allows } from './allow-list.ts'
import { packagesOn } from './calling-packages.ts'

describe('hosts', () => {
  const hosts = ['db.example', '*.Internal.example', '10.0.0.1', 'localhost']

  test.each([
    [{ host: 'db.example' }, true],
    [{ host: 'DB.example' }, true],
    [{ host: 'a.db.example' }, false],
    [{ host: 'a.b.internal.example' }, true],
    [{ host: 'internal.example' }, false],
    [{ host: 'notinternal.example' }, false],
    [{ host: '10.0.0.1' }, true],
    [{ host: '10.0.0.2', servername: 'db.example' }, true],
    [{ host: 'elsewhere.example' }, false],
    [{}, true],
    [{ socket: Object.assign(new Duplex(), { _host: 'db.example' }) }, true],
    [{ socket: Object.assign(new Duplex(), { remoteAddress: '10.0.0.1' }) }, true],
    [{ socket: Object.assign(new Duplex(), { remoteAddress: '10.0.0.2' }) }, false],
  ])('%j: %s', (options, expected) => {
    expect(allows({ hosts }, options)).toBe(expected)
  })

  test('without a list all are', () => {
    expect(allows({}, { host: 'anything.example' })).toBe(true)
  })
})

describe('callers', () => {
  test('are the packages of the frames, by any package manager on any platform, and the modules of Node', () => {
    const stack = `Error
    at connect (/app/node_modules/@redis/client/dist/lib/client/socket.js:1:2)
    at x (/app/node_modules/.pnpm/mongodb@7.0.0/node_modules/mongodb/lib/cmap/connect.js:3:4)
    at C:\\app\\node_modules\\@scope\\name\\index.js:5:6
    at file:///app/node_modules/kafkajs/src/index.js:1:1
    at Agent.createConnection (node:https:170:22)
    at buildConnector (node:internal/deps/undici/undici:1:2)
    at main (/app/src/main.js:1:2)`
    const found = ['@redis/client', 'mongodb', '@scope/name', 'kafkajs', 'node:https', 'undici']
    expect([...packagesOn(stack)]).toEqual(found)
  })

  test('must hold as well as hosts', () => {
    const host = { host: 'db.example' }
    // This test is called by a package.
    expect(allows({ callers: ['@vitest/runner', 'mongodb'] }, host)).toBe(true)
    expect(allows({ callers: ['mongodb'] }, host)).toBe(false)
    expect(allows({ callers: ['@vitest/runner'], hosts: ['other.example'] }, host)).toBe(false)
  })
})

test('the environment has both, with commas between', () => {
  const env = { TYPETLS_REGISTER_HOSTS: 'a.example, *.b.example', TYPETLS_REGISTER_CALLERS: '' }
  expect(allowListOfEnvironment(env)).toEqual({ hosts: ['a.example', '*.b.example'], callers: undefined })
})
