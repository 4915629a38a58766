import type { KeyObject } from 'node:crypto'
import { openSslError } from './openssl-error.ts'

/**
 * OpenSSL's security level (`@SECLEVEL=` of a cipher string): what keys are at least. 2 is its default since 3.2, 1 before;
 * as we stand in for the one that this Node has, its default is ours.
 * https://docs.openssl.org/3.5/man3/SSL_CTX_set_security_level/
 */
export const defaultSecurityLevel: number = levelOf(process.versions.openssl)

/** Bits of an RSA or Diffie-Hellman modulus. */
export function leastModulus(level: number): number {
  return moduli[level] ?? (moduli.at(-1) as number)
}

/** @throws Error `ERR_SSL_EE_KEY_TOO_SMALL` */
export function checkKeySize(key: KeyObject, level: number): void {
  const { modulusLength } = key.asymmetricKeyDetails ?? {}
  if (modulusLength === undefined || modulusLength >= leastModulus(level)) return
  throw openSslError('0A00018F', 'SSL routines', 'ee key too small')
}

function levelOf(version: string | undefined): number {
  const [major = 3, minor = 0] = (version ?? '').split('.').map(Number)
  return major > 3 || (major === 3 && minor >= 2) ? 2 : 1
}

const moduli: readonly number[] = [1, 1024, 2048, 3072, 7680, 15360]
