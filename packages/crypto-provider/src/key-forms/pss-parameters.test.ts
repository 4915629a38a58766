import { fromHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { pssAlgorithm } from './pss-parameters.ts'

const sha256 = '0609608648016503040201'
const mgf1 = '06092a864886f70d010108'
const digest = `a00f300d${sha256}0500`
const mask = `a11c301a${mgf1}300d${sha256}0500`
const withoutNull = `a00d300b${sha256}a11a3018${mgf1}300b${sha256}`

test.each([
  ['with NULL', `3034${digest}${mask}a203020120`],
  ['without NULL', `3030${withoutNull}a203020120`],
  ['with NULL in one of two places', `3032${digest}a11a3018${mgf1}300b${sha256}a203020120`],
])('hashes are named %s', (_, hex) => {
  expect(pssAlgorithm(fromHex(hex), 'signature')).toBe('rsa-pss-sha256')
  expect(pssAlgorithm(fromHex(hex), 'key')).toBe('rsa-pss-sha256')
  expect(
    pssAlgorithm(fromHex(hex.replaceAll(sha256, '0609608648016503040202').replace(/20$/, '30')), 'signature'),
  ).toBe('rsa-pss-sha384')
})

test.each([
  [20, `302f${digest}${mask}`],
  [0, `3034${digest}${mask}a203020100`],
  [31, `3034${digest}${mask}a20302011f`],
])('a key may allow salts from %i bytes on, a signature has one as long as the hash', (_, hex) => {
  expect(pssAlgorithm(fromHex(hex), 'key')).toBe('rsa-pss-sha256')
  expect(pssAlgorithm(fromHex(hex), 'signature')).toBeUndefined()
})

test.each([
  ['none, which is SHA-1', '3000'],
  ['two hashes', `3034${digest}${mask.replace(/(304020)1/, '$12')}a203020120`],
  ['a longer salt than the hash', `3034${digest}${mask}a203020121`],
  ['a negative salt', `3034${digest}${mask}a2030201ff`],
  ['a trailer', `3039${digest}${mask}a203020120a303020101`],
  ['a NULL outside of the hash it belongs to', `3034a00f300b${sha256}0500${mask}a203020120`],
  ['the mask inside the hash', `3034a034300d${sha256}0500${mask}a203020120`],
  ['another mask', `3034${digest}${mask.replace(mgf1, '06092a864886f70d010109')}a203020120`],
  ['something in front', `3036${'0500'}${digest}${mask}a203020120`],
])('of ours is not: %s', (_, hex) => {
  for (const of of ['key', 'signature'] as const) expect(pssAlgorithm(fromHex(hex), of)).toBeUndefined()
})
