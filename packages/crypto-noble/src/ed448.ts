import { ed448 as curve } from '@noble/curves/ed448.js'
import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { edwards } from './edwards.ts'
import { ed448Spki } from '@typetls/crypto-provider/key-forms'

export const ed448: SignatureAlgorithm<'sync'> = /* @__PURE__ */ edwards('ed448', curve, /* @__PURE__ */ ed448Spki())
