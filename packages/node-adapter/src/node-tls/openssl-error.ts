import type { NodeTlsError } from './tls-errors.ts'

/** An error in the shape that Node gives those of OpenSSL: `error:0A0000B9:SSL routines::no cipher match`. */
export function openSslError(number: string, library: string, reason: string, cause?: unknown): NodeTlsError {
  const error = new Error(`error:${number}:${library}::${reason}`, cause === undefined ? undefined : { cause })
  const code = `${prefixes[library] ?? 'ERR_OSSL'}_${reason.toUpperCase().replaceAll(' ', '_')}`
  return Object.assign(error, { library, reason, code })
}

/** An error that Node's own code has for what OpenSSL refused. */
export function cryptoError(code: string, message: string, cause?: unknown): NodeTlsError {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code })
}

/** Codes name the library only where Node has a name for it. */
const prefixes: Readonly<Record<string, string>> = {
  'SSL routines': 'ERR_SSL',
  'PEM routines': 'ERR_OSSL_PEM',
  'x509 certificate routines': 'ERR_OSSL_X509',
  'asn1 encoding routines': 'ERR_OSSL_ASN1',
}
