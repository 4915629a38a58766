import { ascii } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pemBlocks, pemText, toPem } from './pem.ts'

describe('PEM', () => {
  test('gives back what was written, and writes what node:buffer writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toPem('CERTIFICATE', bytes)
        expect(text.split('\n').slice(1, -2).join('')).toBe(Buffer.from(bytes).toString('base64'))
        expect(pemBlocks(text, 'ERR_TLS_KEY_PARSE')).toEqual([{ label: 'CERTIFICATE', bytes }])
      }),
    )
  })

  test('has any number of blocks with text between them, and any line ends', () => {
    const text = `subject: a\r\n${toPem('EC PARAMETERS', ascii('a'))}\rissuer: b\n${toPem('PRIVATE KEY', ascii('b'))}end`
    expect(pemBlocks(text, 'ERR_TLS_KEY_PARSE')).toEqual([
      { label: 'EC PARAMETERS', bytes: ascii('a') },
      { label: 'PRIVATE KEY', bytes: ascii('b') },
    ])
  })

  test.each([
    ['no block', 'hello', 'there is no -----BEGIN line'],
    ['no end', '-----BEGIN A-----\nAAAA\n', 'line 1 of the PEM text begins A, which has no end'],
    ['another end', '-----BEGIN A-----\nAAAA\n-----END B-----', 'line 3 of the PEM text ends B'],
    ['an end without a beginning', '\n-----END B-----', 'line 2 of the PEM text ends B'],
    ['a block in a block', '-----BEGIN A-----\n-----BEGIN B-----', 'line 2 of the PEM text begins B inside A'],
    ['what is not base64', '-----BEGIN A-----\nA*AA\n-----END A-----', 'whose content is not base64'],
    ['base64 that is cut off', '-----BEGIN A-----\nAAA\n-----END A-----', 'whose content is not base64'],
    ['padding in the middle', '-----BEGIN A-----\nAA==\nAAAA\n-----END A-----', 'whose content is not base64'],
    ['a header', '-----BEGIN A-----\nX: y\n\nAAAA\n-----END A-----', 'line 1 of the PEM text has a header'],
    [
      'an encrypted key of the old kind',
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----',
      'is encrypted: decrypt it first',
    ],
  ])('with %s is refused with the line', (_, text, message) => {
    expect(() => pemBlocks(text, 'ERR_TLS_KEY_PARSE')).toThrow(message)
    const code = text.includes('ENCRYPTED') ? 'ERR_TLS_PASSPHRASE_REQUIRED' : 'ERR_TLS_KEY_PARSE'
    expect(() => pemBlocks(text, 'ERR_TLS_KEY_PARSE')).toThrow(expect.objectContaining({ code }))
  })

  test('is told from DER, as text and as the bytes of a file', () => {
    const text = toPem('CERTIFICATE', new Uint8Array(3))
    expect(pemText(text)).toBe(text)
    expect(pemText(ascii(text))).toBe(text)
    expect(pemText(Uint8Array.of(0x30, 0x82, 1, 0))).toBeUndefined()
    expect(pemText(Uint8Array.of(0x30, 0x03, 2, 1, 0))).toBeUndefined()
  })
})
