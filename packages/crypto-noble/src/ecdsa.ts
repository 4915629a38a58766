import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { CHash } from '@noble/hashes/utils.js'
import { unfitKey } from '@typetls/crypto-provider'
import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { ecCurves } from './ec-keys.ts'
import { scalarOf } from './noble-private-key.ts'
import { random } from './random.ts'

/** The curve is the key's. Signatures are DER, as in RFC 8422 section 5.4. */
export const ecdsaSha256: SignatureAlgorithm<'sync'> = /* @__PURE__ */ ecdsa('ecdsa-sha256', sha256)
export const ecdsaSha384: SignatureAlgorithm<'sync'> = /* @__PURE__ */ ecdsa('ecdsa-sha384', sha384)
export const ecdsaSha512: SignatureAlgorithm<'sync'> = /* @__PURE__ */ ecdsa('ecdsa-sha512', sha512)

function ecdsa(name: string, hash: CHash): SignatureAlgorithm<'sync'> {
  return {
    name,
    verify(key, data, signature) {
      const row = ecCurves.find((one) => one.keyType === key.keyType)
      const point = row?.spki.read(key.spki)
      if (row === undefined || point?.[0] !== 4) return false
      try {
        return row.curve.verify(signature, hash(data), point, options)
      } catch {
        // noble throws for a point that is not on the curve and for some malformed signatures; the contract says false.
        return false
      }
    },
    sign(key, data) {
      const row = ecCurves.find((one) => one.keyType === key.keyType)
      if (row === undefined) throw unfitKey(key.keyType, 'sign', name)
      // Hedged: deterministic nonces of RFC 6979 with fresh entropy, against faults and against a bad random source.
      const hedged = { ...options, extraEntropy: random(32) }
      return row.curve.sign(hash(data), scalarOf(key, row.keyType, name), hedged)
    },
  }
}

// TLS has no low-S rule.
const options = { format: 'der', prehash: false, lowS: false } as const
