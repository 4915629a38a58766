import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/**
 * The list of negative cases has the numbers 1 to 119, in the order of the protocol, over all versions. A test says in
 * its title which it is for; those of TLS 1.2 are in `tls12`. In each version every number must have its tests, for each
 * role that it concerns, or stand here with the reason why there is nothing to test.
 */
const notInTls13: Reasons = {
  8: 'TLS 1.2: record version held to the negotiated one; TLS 1.3 ignores it',
  14: 'TLS 1.2: CBC padding',
  27: 'TLS 1.2: malformed HelloRequest; TLS 1.3 refuses each by its type, see 26',
  28: 'TLS 1.2: ChangeCipherSpec that means something',
  43: 'TLS 1.2: ec_point_formats; TLS 1.3 ignores it',
  63: 'TLS 1.2: echo of a made-up session id as if resuming; TLS 1.3 demands the echo',
  72: 'TLS 1.2: certificate that does not fit the cipher suite',
  90: 'TLS 1.2: ServerKeyExchange missing or too many',
  91: 'TLS 1.2: curve of ServerKeyExchange',
  92: 'TLS 1.2: static RSA',
  94: 'TLS 1.2: resumption with another version or suite',
  95: 'TLS 1.2: extended_main_secret',
  103: 'TLS 1.2: promised NewSessionTicket that does not come',
  107: 'TLS 1.2: early data although it was negotiated',
  108: 'early data accepted: EndOfEarlyData left out',
  111: 'early data offered: accepted with another suite or protocol',
  112: 'early data offered: answered with TLS 1.2',
  115: 'TLS 1.2: renegotiation by the server; TLS 1.3 has none, see 26',
  116: 'TLS 1.2: renegotiation by the client; TLS 1.3 has none, see 20',
  117: 'TLS 1.2: renegotiation_info',
  118: 'TLS 1.2: renegotiation that changes something',
}

const notInTls12: Reasons = {
  4: 'TLS 1.3: content type inside the protection',
  5: 'TLS 1.3: outer type of what is protected; in TLS 1.2 it is authenticated, see 3',
  11: 'TLS 1.3: handshake keys and those of application data; TLS 1.2 has one change',
  17: 'TLS 1.3: warnings it does not have',
  30: 'TLS 1.3: ChangeCipherSpec that means nothing; that after the handshake of TLS 1.2 is in 28',
  31: 'TLS 1.3: ChangeCipherSpec that means nothing',
  38: 'TLS 1.3: supported_groups must be there; without it a server of TLS 1.2 takes P-256',
  ...each([39, 40, 41, 64, 65], 'TLS 1.3: key_share'),
  ...each([47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57], 'TLS 1.3: HelloRetryRequest'),
  ...each([67, 68], 'TLS 1.3: EncryptedExtensions'),
  ...each([75, 76], 'TLS 1.3: extensions of a certificate; those of a ServerHello are in 66 and 33'),
  89: 'TLS 1.3: ML-KEM; TLS 1.2 refuses its groups, see 91',
  ...each([96, 97, 98, 99, 100, 101, 102, 104], 'TLS 1.3: pre-shared keys and its tickets'),
  ...each([105, 106, 108, 109, 110, 111, 112], 'TLS 1.3: early data'),
  ...each([113, 114], 'TLS 1.3: KeyUpdate'),
  118: 'renegotiation that changes something: there is none',
}

const all = Array.from({ length: 119 }, (_, i) => i + 1)
const versions: readonly [string, string, Reasons][] = [
  ['TLS 1.3', '.', notInTls13],
  ['TLS 1.2', './tls12/', notInTls12],
]

describe.each(versions)('the list of negative cases, %s', (_version, folder, notApplicable) => {
  const titles = titlesByNumber(folder)

  test.each(all.filter((number) => notApplicable[number] === undefined))(
    'number %i has a test for each role',
    (number) => {
      const roles = (titles.get(number) ?? []).flatMap(rolesOf)
      if (!serverAlone.includes(number)) expect(roles).toContain('client')
      if (!clientAlone.includes(number)) expect(roles).toContain('server')
    },
  )

  for (const [number, reason] of Object.entries(notApplicable)) test.skip(`#${number} ${reason}`, () => {})

  test('what is called not applicable has no test', () => {
    expect([...titles.keys()].filter((number) => notApplicable[number] !== undefined)).toEqual([])
  })

  test('no test has a number that is not in the list', () => {
    expect([...titles.keys()].filter((number) => !all.includes(number))).toEqual([])
  })
})

type Reasons = Readonly<Record<number, string>>

function each(numbers: readonly number[], reason: string): Reasons {
  return Object.fromEntries(numbers.map((number) => [number, reason]))
}

/** Whom a title is about: the first it names, or both where the test is for each. */
function rolesOf(title: string): readonly string[] {
  const subject = /client|server|%s|\$\{role\}/.exec(title)?.[0]
  if (subject === undefined) return []
  return subject === 'client' || subject === 'server' ? [subject] : ['client', 'server']
}

/** Titles, as they stand in the source, of all tests in a folder. */
function titlesByNumber(folder: string): Map<number, string[]> {
  const here = new URL(folder, import.meta.url)
  const byNumber = new Map<number, string[]>()
  for (const name of readdirSync(here)) {
    if (!name.endsWith('.test.ts') || name === 'coverage.test.ts') continue
    for (const [, title = ''] of readFileSync(new URL(name, here), 'utf8').matchAll(/['"`](#\d[^\n]*?)['"`]/g)) {
      for (const [, number] of title.matchAll(/#(\d+)/g)) {
        byNumber.set(Number(number), [...(byNumber.get(Number(number)) ?? []), title])
      }
    }
  }
  return byNumber
}

/** Who must refuse, where it is not both. */
const clientAlone: readonly number[] = [
  26, 27, 47, 48, 49, 50, 51, 52, 53, 54, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 72, 76, 77, 78, 85, 86,
  90, 91, 94, 96, 97, 98, 103, 104, 110, 111, 112, 115, 117, 118,
]
const serverAlone: readonly number[] = [
  32, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 45, 46, 55, 56, 57, 80, 81, 92, 99, 100, 101, 102, 105, 106, 107, 108,
  109, 116,
]
