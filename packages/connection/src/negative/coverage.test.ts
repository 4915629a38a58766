import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/**
 * The list of negative cases has the numbers 1 to 119, in the order of the protocol, over all versions. A test says in
 * its title which it is for. Every number must have its tests, for each role that it concerns, or stand here with the
 * reason why there is nothing to test yet.
 */
const notApplicable: Readonly<Record<number, string>> = {
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

const all = Array.from({ length: 119 }, (_, i) => i + 1)
const titles = titlesByNumber()

describe('the list of negative cases', () => {
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

/** Whom a title is about: the first it names, or both where the test is for each. */
function rolesOf(title: string): readonly string[] {
  const subject = /client|server|%s|\$\{role\}/.exec(title)?.[0]
  if (subject === undefined) return []
  return subject === 'client' || subject === 'server' ? [subject] : ['client', 'server']
}

/** Titles, as they stand in the source, of all tests beside this file. */
function titlesByNumber(): Map<number, string[]> {
  const here = new URL('.', import.meta.url)
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
