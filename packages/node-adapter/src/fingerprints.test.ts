import { once } from 'node:events'
import tls from 'node:tls'
import type { ClientHello } from '@typetls/handshake'
import { describe, expect, test } from 'vitest'
import { createServer } from './create-server.ts'
import { ja3, ja3Text, ja4, ja4Text } from './fingerprints.ts'
import { ca, identity, listen } from '../test/loopback.ts'

// The lists of two browsers and what JA4's own programs make of them (FoxIO-LLC/ja4, python/test/testdata).
const chrome = {
  suites: '1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035',
  extensions: '0033,ff01,002b,0000,4469,001b,000b,0012,0005,000d,0017,002d,0010,000a,0023,0015',
  schemes: '0403,0804,0401,0503,0805,0501,0806,0601',
}
const firefox = {
  suites: '1301,1303,1302,c02b,c02f,cca9,cca8,c02c,c030,c00a,c009,c013,c014,009c,009d,002f,0035',
  extensions: '0000,0017,ff01,000a,000b,0023,0010,0005,0022,0033,002b,000d,002d,001c,0015',
  schemes: '0403,0503,0603,0804,0805,0806,0401,0501,0601,0203,0201',
}

describe('JA4', () => {
  test.for([
    ['Chrome', chrome, 'h2', 't13d1516h2_8daaf6152771_e5627efa2ab1'],
    ['Firefox', firefox, 'h2', 't13d1715h2_5b57614c22b0_3d5424432f57'],
  ] as const)('of %s', ([, lists, protocol, expected]) => {
    expect(ja4(helloOf(lists, [protocol]))).toBe(expected)
    expect(ja4(helloOf(lists, [protocol], { greased: true }))).toBe(expected)
  })

  test('is readable', () => {
    expect(ja4Text(helloOf(chrome, ['h2']))).toBe(
      't13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_' +
        '0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_' +
        '0403,0804,0401,0503,0805,0501,0806,0601',
    )
  })

  test.for([
    ['http/1.1', 'h1'],
    ['h', 'hh'],
    ['\xab', 'ab'],
    [' ', '20'],
    ['\xab\xcd', 'ad'],
    [' a', '21'],
    ['0\xab', '3b'],
    ['a ', '60'],
    ['01\xab\xcd', '3d'],
    ['0\xab\xcd1', '01'],
  ])('of the protocol %j has %s', ([protocol, ends]) => {
    expect(ja4(helloOf(chrome, [protocol as string])).slice(8, 10)).toBe(ends)
  })

  test('says so where there is nothing', () => {
    const bare = hello({ suites: [], types: [], extensions: {} })
    expect(ja4(bare)).toBe('t12i000000_000000000000_000000000000')
  })
})

// The two examples in the description of JA3.
test.for([
  ['769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0', 'ada70206e40642a3e4461f35503241d5'],
  ['769,4-5-10-9-100-98-3-6-19-18-99,,,', 'de350869b8c85de67a350c8d186f11e6'],
])('JA3 of %s', ([text, hash]) => {
  const [version, suites, types, groups, formats] = (text as string)
    .split(',')
    .map((list) => list.split('-').filter(Boolean).map(Number))
  const clientHello = hello({
    version: version?.[0] ?? 0,
    suites: suites ?? [],
    types: types ?? [],
    extensions: { ...(groups?.length && { supported_groups: groups }) },
    formats: formats ?? [],
  })
  expect(ja3Text(clientHello)).toBe(text)
  expect(ja3(clientHello)).toBe(hash)
})

test('a server tells its clients apart before anything is decided', async () => {
  const seen: string[] = []
  const server = createServer({
    ...identity,
    onClientHello: (clientHello) => void seen.push(ja4(clientHello), ja3Text(clientHello)),
  })
  const port = await listen(server)
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    ca,
    servername: 'localhost',
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
  })
  await once(socket, 'secureConnect')
  socket.destroy()
  expect(seen[0]).toMatch(/^t13d\d{4}h1_[0-9a-f]{12}_[0-9a-f]{12}$/)
  expect(seen[1]).toMatch(/^771,4866-4867-4865(-255)?,/)
})

interface Lists {
  readonly suites: string
  readonly extensions: string
  readonly schemes: string
}

function helloOf(lists: Lists, protocols: readonly string[], { greased = false } = {}): ClientHello {
  const grease = greased ? [0x1a1a] : []
  return hello({
    suites: [...grease, ...numbers(lists.suites)],
    types: [...grease, ...numbers(lists.extensions)],
    extensions: {
      supported_versions: [...grease, 0x0304, 0x0303],
      signature_algorithms: [...grease, ...numbers(lists.schemes)],
      application_layer_protocol_negotiation: protocols,
    },
  })
}

interface Parts {
  readonly version?: number
  readonly suites: readonly number[]
  readonly types: readonly number[]
  readonly extensions: ClientHello['extensions']
  readonly formats?: readonly number[]
}

function hello({ version = 0x0303, suites, types, extensions, formats = [] }: Parts): ClientHello {
  const data = Uint8Array.of(formats.length, ...formats)
  return {
    legacyVersion: version,
    random: new Uint8Array(32),
    legacySessionId: new Uint8Array(0),
    cipherSuites: suites,
    legacyCompressionMethods: [0],
    extensions: { ...extensions, order: types, unknown: [{ type: 11, data }] },
  }
}

function numbers(list: string): number[] {
  return list.split(',').map((one) => Number.parseInt(one, 16))
}
