import type { CipherSuiteRow } from '@typetls/connection/tls12'
import {
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA,
  TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
  TLS_PSK_WITH_AES_128_CBC_SHA,
  TLS_PSK_WITH_AES_256_CBC_SHA,
  cbcTls12CipherSuites,
  defaultTls12CipherSuites,
  rsaTls12CipherSuites,
} from '@typetls/connection/tls12'
import { TLS_RSA_WITH_3DES_EDE_CBC_SHA } from './outdated.ts'

const withoutGroup = [
  ...rsaTls12CipherSuites,
  TLS_RSA_WITH_3DES_EDE_CBC_SHA,
  TLS_PSK_WITH_AES_128_CBC_SHA,
  TLS_PSK_WITH_AES_256_CBC_SHA,
]

export function needsNoGroup(id: number): boolean {
  return withoutGroup.some((row) => row.id === id)
}

/** What BoringSSL calls ALL, in its order. */
export const allTls12Suites: readonly CipherSuiteRow[] = [
  ...defaultTls12CipherSuites,
  TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
  ...cbcTls12CipherSuites,
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA,
  ...rsaTls12CipherSuites,
  TLS_PSK_WITH_AES_128_CBC_SHA,
  TLS_PSK_WITH_AES_256_CBC_SHA,
]

/**
 * The suites of a cipher string, in groups whose members are equally wanted. Of BoringSSL's language, what its tests use:
 * names, `[A|B]`, `ALL`, `DEFAULT`, and `!AES`.
 */
export function suitesIn(list = 'DEFAULT'): readonly (readonly CipherSuiteRow[])[] {
  let groups: (readonly CipherSuiteRow[])[] = []
  for (const item of list.split(':')) {
    if (item.startsWith('!')) {
      const without = named(item.slice(1))
      groups = groups.map((group) => group.filter((row) => !without.includes(row)))
    } else if (item.startsWith('[')) {
      groups.push(item.slice(1, -1).split('|').flatMap(named))
    } else {
      groups.push(...named(item).map((row) => [row]))
    }
  }
  return groups
}

function named(name: string): readonly CipherSuiteRow[] {
  if (name === 'ALL' || name === 'DEFAULT') return allTls12Suites
  return [...allTls12Suites, TLS_RSA_WITH_3DES_EDE_CBC_SHA].filter(
    (row) => row.name === name || aliases[name]?.test(row.name) === true,
  )
}

const aliases: Readonly<Record<string, RegExp>> = { AES: /_AES_/, AES128: /_AES_128_/, '3DES': /_3DES_/ }
