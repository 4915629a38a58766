import { pow } from '@noble/curves/abstract/modular.js'
import type { FiniteField, KeyExchange } from '@typetls/crypto-provider'
import { checkFiniteField, checkFiniteFieldShare } from '@typetls/crypto-provider/finite-field'
import { fromBigInt, toBigInt } from './big-integer.ts'
import { ephemeral } from './ephemeral.ts'
import { random } from './random.ts'

/**
 * Ephemeral Diffie-Hellman modulo a prime, some 10 ms for 2048 bits. Its time depends on the private key, which serves
 * once. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.1
 */
export function finiteField(field: FiniteField): KeyExchange<'sync'> {
  checkFiniteField(field)
  const { name, id, prime } = field
  const [p, g, { length }] = [toBigInt(prime), toBigInt(field.generator), prime]
  const raised = (base: bigint, exponent: Uint8Array): Uint8Array =>
    fromBigInt(pow(base, toBigInt(exponent), p), length)
  return ephemeral(
    { name, id, clientShareLength: length, serverShareLength: length },
    {
      // More than twice the strength of the group: https://www.rfc-editor.org/rfc/rfc7919#section-5.2
      generate: () => random(length <= 256 ? 32 : length <= 512 ? 48 : 64),
      publicKey: (privateKey) => raised(g, privateKey),
      agree(privateKey, share) {
        checkFiniteFieldShare(field, share)
        return raised(toBigInt(share), privateKey)
      },
    },
  )
}
