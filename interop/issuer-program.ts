import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { TestCertificate } from '@typetls/testing'
import { toHex } from '@typetls/wire'
import { Certificate } from '@typetls/x509'
import { certificates } from './certificates.ts'

/** What `openssl ca` and `openssl ocsp` know of a certificate. */
export interface Issued {
  readonly certificate: TestCertificate
  /** Such as `keyCompromise`; default: it is good. */
  readonly revokedFor?: string
}

/** A CRL by `openssl ca -gencrl`, PEM. */
export function crlByProgram(issuer: TestCertificate, issued: readonly Issued[], ...args: readonly string[]): string {
  const config = certificates.file(
    'ca.cnf',
    `[ca]\ndefault_ca = d\n[d]\ndatabase = ${index(issued)}\ncrlnumber = ${certificates.file('crlnumber', '01\n')}\n` +
      'default_md = sha256\ndefault_crl_days = 30\ncrl_extensions = e\n[e]\nauthorityKeyIdentifier = keyid\n',
  )
  const { cert, key } = files(issuer)
  return run('ca', '-gencrl', '-config', config, '-cert', cert, '-keyfile', key, ...args).toString()
}

export interface ResponseOptions {
  readonly issuer: TestCertificate
  /** Default: the issuer. */
  readonly responder?: TestCertificate
  readonly issued: readonly Issued[]
  /** OCSPRequest, DER. */
  readonly request: Uint8Array
}

/** An OCSP response by `openssl ocsp` to a request of ours, DER. */
export function responseByProgram({ issuer, responder = issuer, issued, request }: ResponseOptions): Uint8Array {
  const out = certificates.file('response.der')
  const signer = files(responder)
  const who = ['-index', index(issued), '-CA', files(issuer).cert, '-rsigner', signer.cert, '-rkey', signer.key]
  run('ocsp', ...who, '-ndays', '7', '-reqin', certificates.file('request.der', request), '-respout', out)
  return new Uint8Array(readFileSync(out))
}

/** The arguments of a responder that listens. */
export function responderArguments(port: number, issuer: TestCertificate, issued: readonly Issued[]): string[] {
  const { cert, key } = files(issuer)
  return [
    'ocsp',
    '-port',
    String(port),
    '-index',
    index(issued),
    '-CA',
    cert,
    '-rsigner',
    cert,
    '-rkey',
    key,
    '-ndays',
    '7',
  ]
}

/** The database of `openssl ca`. */
function index(issued: readonly Issued[]): string {
  const lines = issued.map(({ certificate, revokedFor }) => {
    const serial = toHex(Certificate.parse(certificate.certificate).serialNumber).toUpperCase()
    const [state, revoked] = revokedFor === undefined ? ['V', ''] : ['R', `201001000000Z,${revokedFor}`]
    return `${state}\t491231235959Z\t${revoked}\t${serial}\tunknown\t/CN=x\n`
  })
  return certificates.file('index', lines.join(''))
}

function files({ pem, privateKeyPem }: TestCertificate): { readonly cert: string; readonly key: string } {
  return { cert: certificates.file('issuer.pem', pem), key: certificates.file('issuer.key', privateKeyPem) }
}

function run(...args: readonly string[]): Buffer {
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })
}
