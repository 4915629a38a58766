import { knownCipherSuites } from '../versions.ts'
import { openSslError } from './openssl-error.ts'
import { openSslOrder } from './openssl-order.ts'

/** What a cipher string chooses: IANA names, most wanted first. */
export interface CipherChoice {
  /** Of TLS 1.3: all that are on by default, unless some are named. */
  readonly suites: readonly string[]
  /** Of TLS 1.2. */
  readonly olderSuites: readonly string[]
  /** Whether the string speaks of TLS 1.2 at all, if only of suites that we do not have. */
  readonly hasOlder: boolean
  /** Of `@SECLEVEL=`. */
  readonly level: number | undefined
}

/**
 * Reads an OpenSSL cipher string: names, aliases, `+` between aliases that must all hold, and the operators `!` (never),
 * `-` (not now) and `+` (to the end). As in Node, names of TLS 1.3's suites stand in the same string; if there are only
 * such, there is no TLS 1.2. https://docs.openssl.org/3.0/man1/openssl-ciphers/
 *
 * @throws Error `ERR_SSL_NO_CIPHER_MATCH` for a part of the string in which nothing is left
 */
export function readCipherString(text: string, rows: readonly Named[] = knownCipherSuites): CipherChoice {
  if (rows !== knownCipherSuites) return parsed(text, rows)
  const known = choices.get(text)
  if (known !== undefined) return known
  const choice = parsed(text, rows)
  choices.set(text, choice)
  if (choices.size > maxChoices) choices.delete(choices.keys().next().value as string)
  return choice
}

/** Most programs have one string, and read it for each connection. */
const choices = /* @__PURE__ */ new Map<string, CipherChoice>()
const maxChoices = 16

function parsed(text: string, rows: readonly Named[]): CipherChoice {
  const level = /@SECLEVEL=(\d)/.exec(text)?.[1]
  const words = text
    .replace(/@\w+(=\d+)?/g, '')
    .split(/[:,;\s]+/)
    .filter((word) => word !== '')
  const modern = rows.filter(isModern)
  const older = rows
    .filter((row) => !isModern(row))
    .toSorted((one, other) => openSslOrder.indexOf(one.name) - openSslOrder.indexOf(other.name))
  // Nothing turns single suites of TLS 1.3 off.
  const modernWords = words.filter((word) => word.startsWith('TLS_') && !older.some(({ name }) => name === word))
  const olderWords = words.filter((word) => !modernWords.includes(word) && !word.startsWith('!TLS_'))
  const named = inOrder(modern, modernWords)
  const chosen = select(older, olderWords)
  // What OpenSSL has and we do not is a name too.
  const hasOlder = olderWords.length === 0 || chosen.length > 0 || olderWords.some((word) => otherName.test(word))
  if ((modernWords.length > 0 && named.length === 0) || !hasOlder) {
    throw openSslError('0A0000B9', 'SSL routines', 'no cipher match')
  }
  const suites = modernWords.length > 0 ? named : inOrder(modern, defaultSuites)
  return {
    suites: suites.map(({ name }) => name),
    olderSuites: chosen.map(({ name }) => name),
    hasOlder: olderWords.length > 0,
    level: level === undefined ? undefined : Number(level),
  }
}

interface Named {
  readonly name: string
}

/** OpenSSL's name of a suite: `ECDHE-RSA-AES128-GCM-SHA256` for `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`. */
export function openSslName(name: string): string {
  const match = /^TLS_(\w+)_WITH_(\w+)$/.exec(name)
  if (match === null) return name
  const [, exchange = '', protection = ''] = match
  const cipher = protection
    .replace(/AES_(128|256)_CBC/, exchange.endsWith('PSK') ? 'AES$1_CBC' : 'AES$1')
    .replace(/AES_(128|256)/, 'AES$1')
    .replace(/_SHA256$/, (hash) => (protection.startsWith('CHACHA20') ? '' : hash))
    .replace('CCM_8', 'CCM8')
    .replaceAll('_', '-')
  return exchange === 'RSA' ? cipher : `${exchange.replaceAll('_', '-')}-${cipher}`
}

function select(rows: readonly Named[], words: readonly string[]): Named[] {
  let chosen: Named[] = []
  const never = new Set<Named>()
  for (const word of words) {
    const operator = /^[!+-]/.exec(word)?.[0]
    const found = matching(rows, operator === undefined ? word : word.slice(1))
    if (operator === undefined) {
      chosen = [...chosen, ...found.filter((row) => !chosen.includes(row) && !never.has(row))]
    } else if (operator === '+') {
      chosen = [...chosen.filter((row) => !found.includes(row)), ...chosen.filter((row) => found.includes(row))]
    } else {
      chosen = chosen.filter((row) => !found.includes(row))
      if (operator === '!') for (const row of found) never.add(row)
    }
  }
  return chosen
}

function matching(rows: readonly Named[], word: string): readonly Named[] {
  const exact = rows.filter((row) => row.name === word || openSslName(row.name) === word)
  if (exact.length > 0) return exact
  return word.split('+').reduce((left, alias) => {
    const pattern = aliases[alias]
    return pattern === undefined ? [] : left.filter((row) => pattern.test(row.name))
  }, rows)
}

function inOrder(rows: readonly Named[], names: readonly string[]): Named[] {
  return [...new Set(names)].flatMap((name) => rows.find((row) => row.name === name) ?? [])
}

function isModern(row: Named): boolean {
  return !row.name.includes('_WITH_')
}

/** Of TLS 1.3, in OpenSSL's order. */
const defaultSuites = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'] as const

/** A suite of OpenSSL's, by the parts of its name. */
const otherName =
  /^(?:(?:A?ECDHE?|ADH|E?DHE?|RSA|DSS|ECDSA|PSK|SRP|3DES|EDE|CBC3?|AES(?:128|256)|ARIA(?:128|256)|CAMELLIA(?:128|256)|SEED|IDEA|RC4|DES|NULL|GCM|CCM8?|CHACHA20|POLY1305)-)+(?:SHA(?:256|384)?|MD5|CCM8?|POLY1305)$/

/** By IANA name; what is not here matches nothing. */
const aliases: Readonly<Record<string, RegExp>> = {
  ALL: /./,
  COMPLEMENTOFALL: /(?!)/,
  DEFAULT: /^(?!.*_CCM)/,
  COMPLEMENTOFDEFAULT: /_CCM/,
  HIGH: /AES|CHACHA/,
  kRSA: /^TLS_RSA_WITH/,
  RSA: /^TLS_RSA_WITH/,
  aRSA: /_RSA_WITH/,
  kECDHE: /^TLS_ECDHE_(?!PSK)/,
  kEECDH: /^TLS_ECDHE_(?!PSK)/,
  ECDHE: /^TLS_ECDHE_(?!PSK)/,
  EECDH: /^TLS_ECDHE_(?!PSK)/,
  kDHE: /^TLS_DHE_(?!PSK)/,
  kEDH: /^TLS_DHE_(?!PSK)/,
  DHE: /^TLS_DHE_(?!PSK)/,
  EDH: /^TLS_DHE_(?!PSK)/,
  aECDSA: /_ECDSA_WITH/,
  ECDSA: /_ECDSA_WITH/,
  PSK: /PSK/,
  kPSK: /^TLS_PSK/,
  kDHEPSK: /^TLS_DHE_PSK/,
  kECDHEPSK: /^TLS_ECDHE_PSK/,
  aPSK: /PSK/,
  AES: /_AES_/,
  AES128: /_AES_128_/,
  AES256: /_AES_256_/,
  AESGCM: /_GCM_/,
  AESCCM: /_CCM/,
  AESCCM8: /_CCM_8/,
  CHACHA20: /_CHACHA20_/,
  SHA: /_SHA$/,
  SHA1: /_SHA$/,
  // Of the MAC: suites with an AEAD have none.
  SHA256: /_CBC_SHA256$/,
  SHA384: /_CBC_SHA384$/,
  'TLSv1.2': /_GCM_|_CCM|_CHACHA20_|_CBC_SHA(?:256|384)$/,
  TLSv1: /_CBC_SHA$/,
  'TLSv1.0': /_CBC_SHA$/,
  SSLv3: /_CBC_SHA$/,
}

/** OpenSSL's names of all suites there are, in lower case, as `tls.getCiphers()` has them. */
export function getCiphers(): string[] {
  return knownCipherSuites.map((row) => openSslName(row.name).toLowerCase()).sort()
}
