import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Certificate } from '@typetls/x509'
import { toHex } from '@typetls/wire'
import type { Identity } from './certificates.ts'
import { certificates } from './certificates.ts'
import { openssl } from './openssl.ts'

/** Why there is no OCSP response to staple. */
export const noOcspResponse: string | undefined =
  openssl.version === undefined ? 'there is no openssl to make an OCSP response with' : undefined

/** An OCSPResponse, DER: the certificate is good. Made by `openssl ocsp`. */
export function ocspResponseFile({ certificate, certFile }: Identity): string {
  const { serialNumber } = Certificate.parse(certificate)
  const index = certificates.file('index', `V\t491231235959Z\t\t${toHex(serialNumber).toUpperCase()}\tunknown\t/CN=x\n`)
  const response = certificates.file('ocsp.der')
  const issuer = certificates.intermediateFile
  const key = certificates.file('intermediate.key', certificates.intermediate.privateKeyPem)
  const signer = ['-index', index, '-CA', issuer, '-rsigner', issuer, '-rkey', key, '-ndays', '7']
  execFileSync(
    'openssl',
    ['ocsp', ...signer, '-issuer', issuer, '-cert', certFile, '-no_nonce', '-respout', response],
    {
      stdio: 'pipe',
    },
  )
  return response
}

export function ocspResponse(file: string): Uint8Array {
  return new Uint8Array(readFileSync(file))
}
