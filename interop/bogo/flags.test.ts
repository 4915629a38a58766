import { expect, test } from 'vitest'
import { UnknownFlag, parseFlags } from './flags.ts'

test('a flag is for all connections, for the first, or for those that resume', () => {
  const { initial, resume } = parseFlags([
    ...['-server', '-port', '4433', '-curves', '29', '-curves', '23'],
    ...['-on-initial-expect-curve-id', '29', '-on-resume-verify-fail', '-on-shim-on-resume-no-ticket'],
  ])
  expect(initial).toEqual({ server: true, port: 4433, curves: [29, 23], 'expect-curve-id': 29, credentials: [] })
  expect(resume).toMatchObject({ server: true, 'verify-fail': true, 'no-ticket': true })
  expect(resume['expect-curve-id']).toBeUndefined()
})

test('flags of a credential are of the last one that was opened, and before that of the default one', () => {
  const { initial } = parseFlags([
    ...['-cert-file', 'default.pem', '-key-file', 'default.key'],
    ...['-new-x509-credential', '-cert-file', 'one.pem', '-signing-prefs', '2052', '-must-match-issuer'],
    ...['-new-x509-credential', '-cert-file', 'two.pem', '-ocsp-response', 'AQID'],
  ])
  expect(initial.defaultCredential).toEqual({ certFile: 'default.pem', keyFile: 'default.key' })
  expect(initial.credentials).toEqual([
    { certFile: 'one.pem', signingPrefs: [2052], mustMatchIssuer: true },
    { certFile: 'two.pem', ocspResponse: Uint8Array.of(1, 2, 3) },
  ])
})

test('a flag that is not implemented is told apart from a wrong one', () => {
  expect(() => parseFlags(['-channel-id'])).toThrow(UnknownFlag)
  expect(() => parseFlags(['-port'])).toThrow('lacks its argument')
})
