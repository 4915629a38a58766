import { readFileSync } from 'node:fs'
import { InvalidArgumentError, Option } from 'commander'
import { Secret } from './built.js'

/** The exit code of a command line that cannot be followed. */
export const usageError = 2

/** A list of what was given, for options that may be repeated. */
export function collect(parse = (value) => value) {
  return (value, previous = []) => [...previous, checked(parse, value)]
}

/** A commander parser that tells of a wrong value as commander does. */
export function parser(parse) {
  return (value) => checked(parse, value)
}

/** What a file holds. */
export function fileContent(path) {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new RangeError(`cannot be read: ${error.message}`)
  }
}

export function wholeNumber(text) {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new RangeError('is not a whole number')
}

export function portNumber(text) {
  const port = wholeNumber(text)
  if (port <= 65535) return port
  throw new RangeError('a port is at most 65535')
}

/** `identity:hex`; the identity may hold colons. */
export function presharedKey(text) {
  const colon = text.lastIndexOf(':')
  const hex = text.slice(colon + 1)
  if (colon < 1 || !/^([0-9a-f]{2})+$/i.test(hex)) throw new RangeError('is not an identity, a colon and a key in hex')
  return { identity: Buffer.from(text.slice(0, colon)), secret: new Secret(Uint8Array.from(Buffer.from(hex, 'hex'))) }
}

/** An option of a feature that does not exist yet: it is understood, and refused. */
export function notYet(flags, description, problem) {
  const refuse = () => {
    console.error(`error: option ${flags.split(' ')[0]}: ${problem}`)
    process.exit(usageError)
  }
  return new Option(flags, `${description} (not supported yet)`).argParser(refuse)
}

/** `tls1.2` or `tls1.3`; other versions that TLS has had are refused by name. */
export function version(text) {
  if (text === 'tls1.2') return 'TLSv1.2'
  if (text === 'tls1.3') return 'TLSv1.3'
  const old = /^tls1(\.[01])?$|^ssl3$/.test(text)
  throw new RangeError(old ? 'only TLS 1.2 and TLS 1.3 are spoken' : 'is not a version: tls1.2, tls1.3')
}

/** What is wrong with `--min`, `--max` and `--ciphers` together: silence would leave suites out. */
export function versionProblem({ min, max, ciphers = [] }) {
  if (min === 'TLSv1.3' && max === 'TLSv1.2') return '--min is above --max'
  const of12 = ciphers.filter(isTls12)
  if (of12.length > 0 && min !== 'TLSv1.2' && max !== 'TLSv1.2')
    return '--ciphers has suites of TLS 1.2: give --min tls1.2 too'
  if (of12.length === 0 && ciphers.length > 0 && max === 'TLSv1.2') return '--ciphers has no suite of TLS 1.2'
  return undefined
}

function isTls12(suite) {
  return suite.keyExchange !== undefined
}

function checked(parse, value) {
  try {
    return parse(value)
  } catch (error) {
    throw new InvalidArgumentError(error.message)
  }
}
