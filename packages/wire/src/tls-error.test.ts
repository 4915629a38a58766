import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AlertDescription } from './alert.ts'
import type { TlsErrorCode } from './tls-error.ts'
import { TlsError, tlsErrorCodes } from './tls-error.ts'

describe('the table of codes', () => {
  test.each(Object.entries(tlsErrorCodes))('%s is answered with %s', (code, alert) => {
    expect(code).toMatch(/^ERR_TLS_[A-Z0-9]+(_[A-Z0-9]+)*$/)
    if (alert !== null) expect(AlertDescription.ids[alert]).toBeTypeOf('number')
    expect(new TlsError(code as TlsErrorCode, 'x').alert).toBe(alert ?? undefined)
  })

  test('nothing is answered with close_notify or with an alert that RFC 9846 no longer lets us send', () => {
    const forbidden = [
      'close_notify',
      'decryption_failed',
      'decompression_failure',
      'no_certificate',
      'export_restriction',
    ]
    for (const alert of Object.values(tlsErrorCodes)) expect(forbidden).not.toContain(alert)
  })

  test('when the peer or the transport ended it, nothing is sent', () => {
    for (const code of ['ERR_TLS_PEER_ALERT', 'ERR_TLS_TRUNCATED', 'ERR_TLS_CLOSED', 'ERR_TLS_TRANSPORT'] as const) {
      expect(new TlsError(code, 'x').alert).toBeUndefined()
    }
  })
})

test('one line for people: code, alert, message', () => {
  const error = new TlsError('ERR_TLS_COOKIE', 'the cookie is of another client')
  expect(`${error}`).toBe('TlsError ERR_TLS_COOKIE (illegal_parameter): the cookie is of another client')
  expect(`${new TlsError('ERR_TLS_TRUNCATED', 'no close_notify')}`).toBe('TlsError ERR_TLS_TRUNCATED: no close_notify')
})

test('without a message, the code and the context are the message', () => {
  expect(new TlsError('ERR_TLS_BAD_RECORD_MAC').message).toBe('bad record mac')
  expect(new TlsError('ERR_TLS_COMPRESSION', undefined, { path: 'A.b', expected: 0, received: 1 }).message).toBe(
    'A.b: compression (expected 0, received 1)',
  )
  expect(new TlsError('ERR_TLS_ALERT_LENGTH', undefined, { expected: { max: 2 }, received: 3n }).message).toBe(
    'alert length (expected {"max":2}, received 3)',
  )
})

test('an error is an Error, with its context as data', () => {
  const cause = new Error('why')
  const error = new TlsError('ERR_TLS_SIGNATURE', 'bad', { expected: 1, received: 2, path: 'A.b', cause, details: [3] })
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe('TlsError')
  expect(error).toMatchObject({ code: 'ERR_TLS_SIGNATURE', expected: 1, received: 2, path: 'A.b', details: [3] })
  expect(error.cause).toBe(cause)
  expect(error.stack).toContain('tls-error.test.ts')
  expect(inspect(error)).toContain('ERR_TLS_SIGNATURE')
})

test('without a cause there is none, not one that is undefined', () => {
  expect('cause' in new TlsError('ERR_TLS_STATE', 'x')).toBe(false)
})
