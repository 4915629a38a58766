import { toHex } from '@typetls/wire'

/**
 * The algorithm that RSASSA-PSS parameters name, as a name in `CryptoProvider.signature`; `undefined`: none of ours,
 * which have one hash for all and a salt as long as it. The salt length of a key is the least that it allows.
 *
 * https://www.rfc-editor.org/rfc/rfc4055#section-3.1
 *
 * @param parameters one element of DER
 */
export function pssAlgorithm(parameters: Uint8Array, of: 'key' | 'signature'): string | undefined {
  // A certificate may carry 200 KB of them: one octet more than the longest form is enough to see that it is none.
  const hex = toHex(parameters.subarray(0, longestForm + 1))
  for (const [i, hash] of ['sha256', 'sha384', 'sha512'].entries()) {
    const oid = `060960864801650304020${i + 1}`
    // "implementations MUST accept the parameters being absent as well as present": those of hashes, NULL.
    const digest = `(?:a00f300d${oid}0500|a00d300b${oid})`
    const mask = `(?:a11c301a${mgf1}300d${oid}0500|a11a3018${mgf1}300b${oid})`
    const found = new RegExp(`^30..${digest}${mask}(?:a2030201([0-7].))?$`).exec(hex)
    if (found === null) continue
    const hashLength = 32 + 16 * i
    const salt = Number.parseInt(found[1] ?? defaultSaltLength, 16)
    return salt === hashLength || (of === 'key' && salt < hashLength) ? `rsa-pss-${hash}` : undefined
  }
  return undefined
}

/** Bytes. */
const longestForm = 54
const mgf1 = '06092a864886f70d010108'
const defaultSaltLength = '14'
