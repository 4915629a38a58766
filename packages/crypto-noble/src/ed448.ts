import { ed448 as curve } from '@noble/curves/ed448.js'
import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { edwards } from './edwards.ts'
import { spkiPrefix } from '@typetls/crypto-provider/key-forms'
import type { SpkiPrefix } from '@typetls/crypto-provider/key-forms'

export const ed448Spki: SpkiPrefix = /* @__PURE__ */ spkiPrefix('3043300506032b6571033a00', 57)

export const ed448: SignatureAlgorithm<'sync'> = /* @__PURE__ */ edwards('ed448', curve, ed448Spki)
