import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CipherSuite, CryptoProvider } from '@typetls/crypto-provider'
import { compose, defaultGroupNames, pick } from '@typetls/crypto-provider'
import { blockingWebCrypto } from './blocking-web-crypto.ts'

/**
 * The provider of all peers that name none. Each project of vitest.config.ts that runs these tests sets
 * TYPETLS_TEST_BACKEND: `node` (the default), `noble`, `webcrypto`, or `mix`, which is node:crypto with parts of noble.
 */
export const testCrypto: CryptoProvider<'sync'> = chosen(process.env['TYPETLS_TEST_BACKEND'] ?? 'node')

/** What two peers agree on when nobody asks for another: hybrid where the backend has it. */
export const defaultGroup: string | undefined = defaultGroupNames.find((name) => testCrypto.keyExchange[name])

/** Skips a test of cipher suites that the backend has not, and says which. */
export function needSuites(skip: (condition: boolean, note?: string) => void, ...suites: readonly CipherSuite[]): void {
  const missing = suites.filter((suite) => testCrypto.aead[suite.aead] === undefined).map((suite) => suite.name)
  skip(missing.length > 0, `${testCrypto.name} has no ${missing.join(', ')}`)
}

function chosen(name: string): CryptoProvider<'sync'> {
  switch (name) {
    case 'node':
      return nodeCrypto
    case 'noble':
      return nobleCrypto
    case 'webcrypto':
      return blockingWebCrypto()
    case 'mix': {
      const parts = ['aes-256-gcm', 'chacha20-poly1305', 'sha384', 'secp256r1', 'X25519MLKEM768', 'SecP256r1MLKEM768']
      return compose(nodeCrypto, pick(nobleCrypto, parts))
    }
    default:
      throw new RangeError(`there is no test backend ${name}`)
  }
}
