import { ed25519 as curve } from '@noble/curves/ed25519.js'
import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { edwards } from './edwards.ts'
import { ed25519Spki } from '@typetls/crypto-provider/key-forms'

export const ed25519: SignatureAlgorithm<'sync'> = /* @__PURE__ */ edwards(
  'ed25519',
  curve,
  /* @__PURE__ */ ed25519Spki(),
)
