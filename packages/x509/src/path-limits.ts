import { TlsError } from '@typetls/wire'

/** How much is allowed of a path, and of the search for it. */
export interface PathLimits {
  /** Of the smallest RSA modulus. */
  readonly minRsaBits: number
  /** Certificates, leaf and anchor included. */
  readonly maxPathLength: number
  readonly maxSignatureChecks: number
}

/** RSA as the CA/Browser Forum and NIST ask; the Web PKI needs 4 or 5 certificates; signatures as in Go's crypto/x509. */
export const defaultLimits: PathLimits = { minRsaBits: 2048, maxPathLength: 10, maxSignatureChecks: 100 }

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) for what is not a whole number above 0 */
export function limitsOf(options: Partial<PathLimits>): PathLimits {
  const limit = (name: keyof PathLimits): number => {
    const value = options[name] ?? defaultLimits[name]
    if (Number.isInteger(value) && value > 0) return value
    throw new TlsError('ERR_TLS_OPTIONS', `${name} must be a whole number above 0`, { received: value })
  }
  return {
    minRsaBits: limit('minRsaBits'),
    maxPathLength: limit('maxPathLength'),
    maxSignatureChecks: limit('maxSignatureChecks'),
  }
}
