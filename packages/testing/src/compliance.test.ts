import { inspect } from 'node:util'
import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import type { AeadKey, CryptoProvider, PrivateKey } from '@typetls/crypto-provider'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import type { ComplianceReport } from '@typetls/crypto-provider/compliance'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { asyncProvider } from './async-provider.ts'
import { interceptedProvider } from './intercepted-provider.ts'
import type { Intercept } from './intercepted-provider.ts'

test('a provider that answers later keeps the contract', async () => {
  const report = await checkCompliance(asyncProvider(nodeCrypto, { poisonNonces: false }), { reference: nodeCrypto })
  expect(report.passed, formatReport(report)).toBe(true)
  expect(report).toMatchObject({ provider: 'node:crypto, later', mode: 'async' })
})

test('a report says what is supported, left out and wrong', async () => {
  const { 'aes-128-gcm': aes128Gcm } = nodeCrypto.aead
  const { x25519 } = nodeCrypto.keyExchange
  const hash = {
    sha256: { ...(nodeCrypto.hash['sha256'] as (typeof nodeCrypto.hash)[string] & object), outputLength: 31 },
  }
  const provider = {
    ...nodeCrypto,
    name: 'mine',
    hash,
    aead: { 'aes-128-gcm': aes128Gcm },
    hmac: {},
    hkdf: {},
    cbc: {},
    signature: {},
    keyTransport: {},
  }
  const report = await checkCompliance(
    { ...provider, keyExchange: { x25519 } },
    { leavesOut: { x448: 'nobody asked for it', 'aes-128-gcm': 'it is there' } },
  )
  expect(report.passed).toBe(false)
  const text = formatReport(report)
  expect(text).toMatch(/^mine \(sync\): 5 supported, \d+ left out, 1 wrong; \d+ checks\n\nsupported\n/)
  expect(text).toContain('\n  aead         aes-128-gcm\n')
  expect(text).toContain('\n  keyExchange  x448: on purpose: nobody asked for it\n')
  expect(text).toContain('\n  keyExchange  secp256r1: no reason given\n')
  expect(text).toContain(
    '\nwrong\n  hash         sha256\n  - the row says its name and length\n      with:  sha256\n      found: outputLength is 31, not 32\n',
  )
})

test('algorithms that we have no row for are looked at too', async () => {
  const mine = { ...(nodeCrypto.aead['aes-256-gcm'] as (typeof nodeCrypto.aead)[string] & object), name: 'mine-256' }
  const report = await checkCompliance({ ...only('aead'), aead: { 'mine-256': mine } })
  const row = report.algorithms.find((one) => one.name === 'mine-256')
  expect(row).toMatchObject({ status: 'supported', findings: [] })
  expect(row?.checks).toBeGreaterThan(100)
})

/** What a fault is called, what it does to calls, where it is found, and by which rule. */
const faults: readonly (readonly [string, Intercept, string, string])[] = [
  [
    'random bytes too few',
    at('random', (args, run) => run([Math.max(0, Number(args[0]) - 1)])),
    'provider random',
    'as many bytes come as were asked for',
  ],
  [
    'random bytes that repeat',
    at('random', (args) => new Uint8Array(Number(args[0])).fill(7)),
    'provider random',
    'no bytes come twice',
  ],
  [
    'random bytes from one buffer',
    at('random', (args, run) => {
      const length = Number(args[0])
      if (length > oneBuffer.length) return run(args)
      oneBuffer.set(run(args) as Uint8Array)
      return oneBuffer.subarray(0, length)
    }),
    'provider random',
    'what was given is the caller’s: later bytes do not change it',
  ],
  [
    'random bytes that are never odd',
    at('random', (args, run) => (run(args) as Uint8Array).map((byte) => byte & 0xfe)),
    'provider random',
    'every value of a byte is as likely as another',
  ],
  [
    'a promise from a synchronous provider',
    at('hkdf.sha256.expand', async (args, run) => await Promise.resolve(run(args))),
    'hkdf sha256',
    'a synchronous provider answers at once, never by a promise',
  ],
  [
    'a wrong digest',
    at('hash.sha384.digest', changed),
    'hash sha384',
    'digest() gives the known answers of FIPS 180-4',
  ],
  [
    'a Buffer for a digest',
    at('hash.sha256.digest', (args, run) => Buffer.from(run(args) as Uint8Array)),
    'hash sha256',
    'digest() gives the known answers of FIPS 180-4',
  ],
  [
    'a running hash that ends with the first look',
    spentRunningHash(),
    'hash sha256',
    'a running hash may be looked at any number of times, and goes on',
  ],
  ['a wrong HMAC', at('hmac.sha256.sign', changed), 'hmac sha256', 'sign() gives the known answers of RFC 4231'],
  [
    'an HMAC that wipes its key',
    at('hmac.sha256.sign', (args, run) => {
      const tag = run(args)
      ;(args[0] as Secret).dispose()
      return tag
    }),
    'hmac sha256',
    'the key stays the caller’s: not wiped, not kept',
  ],
  [
    'salt and input swapped',
    at('hkdf.sha256.extract', ([salt, input], run) => run([input, salt])),
    'hkdf sha256',
    'extract() gives the known answer',
  ],
  [
    'HKDF without an end',
    at('hkdf.sha256.expand', ([key, info, length], run) => {
      const longest = 255 * 32
      return Number(length) > longest ? new Secret(new Uint8Array(Number(length))) : run([key, info, length])
    }),
    'hkdf sha256',
    'expand() refuses to make more',
  ],
  [
    'one secret for two',
    at('hkdf.sha256.expand', (args, run) => cached(`${toText(args[1])} ${String(args[2])}`, () => run(args))),
    'hkdf sha256',
    'every answer is a secret of its own',
  ],
  [
    'a secret that shows',
    at('hkdf.sha256.extract', (args, run) => {
      const secret = run(args) as Secret
      return Object.assign(secret, { handle: secret.reveal().slice() })
    }),
    'hkdf sha256',
    'secrets do not show',
  ],
  ['a tag that is not looked at', unauthenticated(), 'aead aes-128-gcm', 'a changed tag opens to undefined'],
  [
    'an exception for what is not authentic',
    at('aead.aes-128-gcm.open', (args, run) => {
      const opened = run(args)
      if (opened === undefined) throw new Error('bad tag')
      return opened
    }),
    'aead aes-128-gcm',
    'a changed ciphertext opens to undefined',
  ],
  [
    'a cipher of its own',
    at('aead.aes-128-gcm.seal', ([nonce, data, content, trailer, into, offset], run) => {
      run([flip(nonce), data, content, trailer, into, offset])
    }),
    'aead aes-128-gcm',
    'seal() gives the known answer',
  ],
  [
    'sealing at the wrong place',
    at('aead.aes-128-gcm.seal', (args, run) => run([...args.slice(0, 5), 0])),
    'aead aes-128-gcm',
    'seal() writes where it is told and nowhere else',
  ],
  [
    'content overwritten',
    at('aead.aes-128-gcm.seal', (args, run) => {
      run(args)
      ;(args[2] as Uint8Array).fill(0)
    }),
    'aead aes-128-gcm',
    'seal() and open() do not write to their inputs',
  ],
  [
    'an AEAD key that is kept by reference',
    keptKey(),
    'aead aes-128-gcm',
    'the secret of a key is not kept: it may be wiped',
  ],
  [
    'an AEAD key that does not end',
    at('aead.aes-128-gcm.dispose', () => undefined),
    'aead aes-128-gcm',
    'a key ends with dispose(), which may be called twice',
  ],
  [
    'an AEAD key that shows',
    at('aead.aes-128-gcm.key', (args, run) =>
      Object.assign(run(args) as object, { raw: (args[0] as Secret).reveal().slice() }),
    ),
    'aead aes-128-gcm',
    'a key does not show',
  ],
  [
    'low-order points taken',
    at('keyExchange.x25519.respond', (args, run) => {
      try {
        return run(args)
      } catch (error) {
        if ((args[0] as Uint8Array).length !== 32) throw error
        return { share: new Uint8Array(32), secret: new Secret(new Uint8Array(32)) }
      }
    }),
    'keyExchange x25519',
    'points that are of low order, not on the curve, or in another form are refused',
  ],
  [
    'points off the curve with an error of its own',
    at('keyExchange.secp256r1.finish', (args, run) => {
      try {
        return run(args)
      } catch {
        throw new RangeError('not a point')
      }
    }),
    'keyExchange secp256r1',
    'points that are of low order, not on the curve, or in another form are refused',
  ],
  [
    'shares cut to size',
    at('keyExchange.x25519.respond', ([share], run) => run([(share as Uint8Array).slice(0, 32)])),
    'keyExchange x25519',
    'a share of another length is refused',
  ],
  [
    'the same share each time',
    at('keyExchange.x25519.start', (args, run) => cached('start', () => run(args))),
    'keyExchange x25519',
    'shares and secrets are new each time',
  ],
  [
    'a secret that only both sides of it have',
    (call, args, run) => {
      const answer = run(args)
      if (call === 'keyExchange.secp384r1.respond') changeSecret((answer as { secret: Secret }).secret)
      if (call === 'keyExchange.secp384r1.finish') changeSecret(answer as Secret)
      return answer
    },
    'keyExchange secp384r1',
    'the base point as a share gives the answering share for a secret',
  ],
  [
    'a start that does not end',
    at('keyExchange.x448.dispose', () => undefined),
    'keyExchange x448',
    'dispose() ends a start, may be called twice, and leaves its secret',
  ],
  [
    'any signature taken',
    at('signature.ed25519.verify', () => true),
    'signature ed25519',
    'a changed signature does not verify',
  ],
  [
    'a right signature not taken',
    at('signature.rsa-pss-sha384.verify', () => false),
    'signature rsa-pss-sha384',
    'a right signature verifies',
  ],
  [
    'bytes behind a signature not seen',
    at('signature.ecdsa-sha256.verify', ([key, data, signature], run) => {
      const bytes = signature as Uint8Array
      return run([key, data, bytes.subarray(0, 2 + (bytes[1] ?? 0))])
    }),
    'signature ecdsa-sha256',
    'a signature in another writing does not verify',
  ],
  [
    'verify() throws for a malformed key',
    at('signature.ed448.verify', (args, run) => {
      if ((args[0] as { spki: Uint8Array }).spki.length !== 69) throw new TypeError('bad key')
      return run(args)
    }),
    'signature ed448',
    'a malformed or other key verifies nothing, and is no exception',
  ],
  [
    'the type of a key not looked at',
    at('signature.ed25519.verify', ([key, ...rest], run) => run([{ ...(key as object), keyType: 'ed25519' }, ...rest])),
    'signature ed25519',
    'a key that says it is of another type verifies nothing',
  ],
  [
    'a signature that does not verify',
    at('signature.ed25519.sign', changed),
    'signature ed25519',
    'what was signed verifies',
  ],
  [
    'an error of its own for a key that does not fit',
    at('signature.rsa-pkcs1-sha256.sign', (args, run) => {
      if ((args[0] as PrivateKey).keyType !== 'rsa') throw new Error('wrong key')
      return run(args)
    }),
    'signature rsa-pkcs1-sha256',
    'signing with a key of a kind that does not fit is refused',
  ],
  [
    'a decryption that tells when there is no secret',
    at('keyTransport.rsa-pkcs1.decrypt', (args, run) => {
      const secret = run(args) as Secret
      if (!Buffer.from(secret.reveal()).equals((args[2] as Secret).reveal())) return secret
      throw new TlsError('ERR_TLS_CRYPTO', 'the padding is wrong')
    }),
    'keyTransport rsa-pkcs1',
    'what is wrong gives a copy of the fallback, and no error',
  ],
  [
    'a decryption that gives its fallback away',
    at('keyTransport.rsa-pkcs1.decrypt', ([key, ciphertext, fallback], run) => {
      const secret = run([key, ciphertext, fallback]) as Secret
      return Buffer.from(secret.reveal()).equals((fallback as Secret).reveal()) ? fallback : secret
    }),
    'keyTransport rsa-pkcs1',
    'what is wrong gives a copy of the fallback, and no error',
  ],
  [
    'an encryption without randomness',
    at('keyTransport.rsa-pkcs1.encrypt', (args, run) => cached(String((args[1] as Secret).length), () => run(args))),
    'keyTransport rsa-pkcs1',
    'a ciphertext is as long as the modulus, and another each time',
  ],
  [
    'private keys refused with an error of its own',
    at('importPrivateKey', (args, run) => {
      try {
        return run(args)
      } catch {
        throw new Error('bad key')
      }
    }),
    'provider importPrivateKey',
    'importPrivateKey() refuses what is no key for signatures',
  ],
  [
    'a private key that shows',
    at('importPrivateKey', (args, run) =>
      Object.assign(run(args) as object, { der: Buffer.from(args[0] as Uint8Array).toString('base64') }),
    ),
    'privateKey ec-secp384r1',
    'a key does not show',
  ],
  [
    'a private key that is wiped for the caller',
    at('importPrivateKey', (args, run) => {
      const key = run(args)
      ;(args[0] as Uint8Array).fill(0)
      return key
    }),
    'privateKey ed25519',
    'importPrivateKey() neither writes to its input nor keeps it',
  ],
  [
    'a block too many',
    at('cbc.aes-128-cbc.encrypt', (args, run) => {
      run(args)
      const [, plaintext, into, offset] = args as [Uint8Array, Uint8Array, Uint8Array, number]
      into.fill(0, offset + plaintext.length, offset + plaintext.length + 16)
    }),
    'cbc aes-128-cbc',
    'encrypt() writes where it is told and nowhere else',
  ],
  ['a wrong block', at('cbc.aes-256-cbc.decrypt', changed), 'cbc aes-256-cbc', 'decrypt() gives the known answer'],
]

describe('each of these faults is found and named', () => {
  test.each(faults)('%s', async (_, intercept, where, rule) => {
    caches.clear()
    const [list, name] = where.split(' ') as [string, string]
    const report = await checkCompliance(interceptedProvider(only(list, name), intercept))
    expect(rulesOf(report, where), formatReport(report)).toContain(rule)
    expect(report.passed).toBe(false)
  })

  test('nonces read later', async () => {
    const late = interceptedProvider(only('aead'), async (call, args, run) => {
      if (!call.endsWith('.seal')) return run(args)
      await Promise.resolve()
      return run(args)
    }) as unknown as CryptoProvider<'async'>
    const report = await checkCompliance({
      ...late,
      mode: 'async',
      random: (length) => nodeCrypto.random(length),
      importPrivateKey: (pkcs8) => nodeCrypto.importPrivateKey(pkcs8),
    })
    expect(report.algorithms.filter((one) => one.status === 'wrong').map((one) => one.findings[0]?.rule)).toEqual(
      Object.keys(nodeCrypto.aead).map(
        () => 'nonce and additional data are only valid during the call: seal() must not read them later',
      ),
    )
  })

  test('a disagreement with the reference only', async () => {
    // Both sides turn over the same bit of their shares: they understand each other and nobody else.
    const intercept: Intercept = (call, args, run) => {
      if (call === 'keyExchange.x25519.start') {
        const start = run(args) as { share: Uint8Array }
        return { ...start, share: flip(start.share) }
      }
      return call === 'keyExchange.x25519.respond' ? run([flip(args[0])]) : run(args)
    }
    const report = await checkCompliance(interceptedProvider(only('keyExchange'), intercept), { reference: nodeCrypto })
    expect(rulesOf(report, 'keyExchange x25519')).toContain('agrees with the reference')
  })
})

test('without a fault, a provider that is stood in for passes', async () => {
  const report = await checkCompliance(interceptedProvider(nodeCrypto, (_, args, run) => run(args)))
  expect(report.passed, formatReport(report)).toBe(true)
  expect(inspect(report, { depth: 9 })).not.toContain('BEGIN')
})

/** node:crypto with this list only, or one algorithm of it, for speed. */
function only(list: string, name?: string): CryptoProvider<'sync'> {
  const lists = { hash: {}, hmac: {}, hkdf: {}, aead: {}, cbc: {}, keyExchange: {}, signature: {}, keyTransport: {} }
  if (list === 'provider') return { ...nodeCrypto, ...lists }
  if (list === 'privateKey') {
    const { ed25519, 'ecdsa-sha384': ecdsa } = nodeCrypto.signature
    return { ...nodeCrypto, ...lists, signature: { ed25519, 'ecdsa-sha384': ecdsa } }
  }
  const whole = nodeCrypto[list as keyof typeof lists]
  // With a key that does not fit.
  const besides = list === 'signature' ? { ed25519: nodeCrypto.signature['ed25519'] } : {}
  const narrowed = name === undefined ? whole : { ...besides, [name]: whole[name] }
  return { ...nodeCrypto, ...lists, [list]: narrowed }
}

function rulesOf(report: ComplianceReport, where: string): string[] {
  const row = report.algorithms.find((one) => `${one.list} ${one.name}` === where)
  return (row?.findings ?? []).map((finding) => finding.rule)
}

function at(path: string, instead: (args: readonly unknown[], run: Parameters<Intercept>[2]) => unknown): Intercept {
  return (call, args, run) => (call === path ? instead(args, run) : run(args))
}

function changed(args: readonly unknown[], run: Parameters<Intercept>[2]): Uint8Array {
  return flip(run(args))
}

function flip(bytes: unknown): Uint8Array {
  const copy = new Uint8Array(bytes as Uint8Array)
  copy[0] = (copy[0] as number) ^ 1
  return copy
}

function changeSecret(secret: Secret): void {
  secret.reveal().set(flip(secret.reveal()))
}

const oneBuffer = new Uint8Array(64)
const caches = new Map<string, unknown>()

function cached(key: string, make: () => unknown): unknown {
  if (!caches.has(key)) caches.set(key, make())
  return caches.get(key)
}

function toText(bytes: unknown): string {
  return (bytes as Uint8Array).join()
}

function spentRunningHash(): Intercept {
  const looks = new WeakSet<object>()
  return (call, args, run) => {
    if (call !== 'hash.sha256.start') return run(args)
    const running = run(args) as { digest(): Uint8Array; update(data: Uint8Array): void }
    return {
      update: (data: Uint8Array) => running.update(data),
      digest() {
        if (looks.has(running)) throw new Error('digest already called')
        looks.add(running)
        return running.digest()
      },
    }
  }
}

/** Opens what it sealed, whatever the tag says. */
function unauthenticated(): Intercept {
  const contents = new Map<string, Uint8Array>()
  return (call, args, run) => {
    if (call === 'aead.aes-128-gcm.seal') {
      const [, , content, trailer, into, offset] = args as [0, 0, Uint8Array, Uint8Array, Uint8Array, number]
      run(args)
      const length = content.length + trailer.length
      contents.set(into.subarray(offset, offset + length).join(), new Uint8Array([...content, ...trailer]))
      return undefined
    }
    if (call !== 'aead.aes-128-gcm.open') return run(args)
    return run(args) ?? contents.get((args[2] as Uint8Array).subarray(0, -16).join())
  }
}

/** Makes its key anew from the secret of the caller at each call. */
function keptKey(): Intercept {
  return (call, args, run) => {
    if (call !== 'aead.aes-128-gcm.key') return run(args)
    const bytes = (args[0] as Secret).reveal()
    const again = (): AeadKey<'sync'> => run([Secret.copyOf(bytes)]) as AeadKey<'sync'>
    const key = run(args) as AeadKey<'sync'>
    return { ...key, seal: (...rest: Parameters<AeadKey<'sync'>['seal']>) => again().seal(...rest) }
  }
}
