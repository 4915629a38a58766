import { ed25519 as curve } from '@noble/curves/ed25519.js'
import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { edwards } from './edwards.ts'
import { spkiPrefix } from '@typetls/crypto-provider/key-forms'
import type { SpkiPrefix } from '@typetls/crypto-provider/key-forms'

export const ed25519Spki: SpkiPrefix = /* @__PURE__ */ spkiPrefix('302a300506032b6570032100', 32)

export const ed25519: SignatureAlgorithm<'sync'> = /* @__PURE__ */ edwards('ed25519', curve, ed25519Spki)
