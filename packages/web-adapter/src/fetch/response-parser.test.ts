import { describe, expect, test } from 'vitest'
import { HttpError } from './http-error.ts'
import type { ResponseHead } from './response-parser.ts'
import { ResponseParser } from './response-parser.ts'

const crlf = (text: string): string => text.replaceAll('\n', '\r\n')

/** What a parser makes of a text, which comes in pieces of this many bytes. */
function parsed(text: string, { method = 'GET', piece = text.length, limit = 1000, end = false } = {}): Parsed {
  const result: Parsed = { heads: [], body: '', complete: 0, code: undefined }
  const parser = new ResponseParser(limit, {
    head: (head) => result.heads.push(head),
    data: (bytes) => (result.body += Buffer.from(bytes).toString('latin1')),
    complete: () => result.complete++,
  })
  parser.expect(method)
  const bytes = Buffer.from(text, 'latin1')
  try {
    for (let i = 0; i < bytes.length; i += piece) parser.push(new Uint8Array(bytes.subarray(i, i + piece)))
    if (end) parser.end()
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    result.code = error.code
  }
  return result
}

interface Parsed {
  heads: ResponseHead[]
  body: string
  complete: number
  code: string | undefined
}

describe.each([1, 2, 7, 1000])('in pieces of %i bytes', (piece) => {
  test.each<[string, string, string, boolean]>([
    ['a length', 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello', 'hello', true],
    ['chunks', 'HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\n\n3\nhel\n2;a="b"\nlo\n0\nT: r\n\n', 'hello', true],
    ['nothing', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', '', true],
    [
      'informational responses before',
      'HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 200 OK\ncontent-length: 2\n\nhi',
      'hi',
      true,
    ],
    ['no reason', 'HTTP/1.1 200 \nContent-Length: 1\n\nx', 'x', true],
    ['the wish to end', 'HTTP/1.1 200 OK\nConnection: x, CLOSE\nContent-Length: 1\n\nx', 'x', false],
    ['an older version', 'HTTP/1.0 200 OK\nContent-Length: 1\n\nx', 'x', false],
    ['an older version that stays', 'HTTP/1.0 200 OK\nConnection: Keep-Alive\nContent-Length: 1\n\nx', 'x', true],
    ['a 204', 'HTTP/1.1 204 No Content\n\n', '', true],
    ['a 304 with the length of what it does not send', 'HTTP/1.1 304 Not Modified\nContent-Length: 99\n\n', '', true],
    ['a 204 with a length', 'HTTP/1.1 204 No Content\nContent-Length: 99\n\n', '', false],
  ])('reads a response with %s', (_what, text, body, keepAlive) => {
    const { heads, complete, code, body: read } = parsed(crlf(text), { piece })
    expect({ code, complete, read }).toEqual({ code: undefined, complete: 1, read: body })
    expect(heads).toHaveLength(1)
    expect(heads[0]?.keepAlive).toBe(keepAlive)
  })

  test('reads a body up to the end of the connection', () => {
    const { body, complete, heads } = parsed(crlf('HTTP/1.1 200 OK\n\n') + 'all\nof it', { piece, end: true })
    expect({ body, complete, keepAlive: heads[0]?.keepAlive }).toEqual({
      body: 'all\nof it',
      complete: 1,
      keepAlive: false,
    })
  })

  test('joins folded lines, keeps bytes and repeated fields', () => {
    const { heads } = parsed(
      crlf('HTTP/1.1 200 Très bien\nA: one\n two\nSet-Cookie: a\nSet-Cookie: b\nContent-Length: 0\n\n'),
      { piece },
    )
    expect(heads[0]).toMatchObject({ status: 200, statusText: 'Très bien' })
    expect(heads[0]?.headers).toEqual([
      ['A', 'one two'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
      ['Content-Length', '0'],
    ])
  })

  test.each(['HTTP/1.1 200 OK\nContent-Length: 5\n\n', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n'])(
    'knows that HEAD brings no body: %j',
    (text) => {
      expect(parsed(crlf(text), { piece, method: 'HEAD' })).toMatchObject({ complete: 1, code: undefined })
    },
  )

  test.each<[string, string, string]>([
    ['a length beside chunks', 'HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked\n\n0\n\n', 'FRAMING'],
    ['chunks beside a length', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: 5\n\n0\n\n', 'FRAMING'],
    ['two lengths', 'HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n\nhello', 'FRAMING'],
    ['one length twice', 'HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 5\n\nhello', 'FRAMING'],
    ['a list of lengths', 'HTTP/1.1 200 OK\nContent-Length: 5, 5\n\nhello', 'FRAMING'],
    ['a length with a sign', 'HTTP/1.1 200 OK\nContent-Length: +5\n\nhello', 'FRAMING'],
    ['a hexadecimal length', 'HTTP/1.1 200 OK\nContent-Length: 0x5\n\nhello', 'FRAMING'],
    ['an empty length', 'HTTP/1.1 200 OK\nContent-Length:\n\nhello', 'FRAMING'],
    ['a length beyond counting', 'HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n\nhello', 'FRAMING'],
    ['chunked twice', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked\n\n0\n\n', 'FRAMING'],
    ['chunked and another coding', 'HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked\n\n0\n\n', 'FRAMING'],
    ['what only looks like chunked', 'HTTP/1.1 200 OK\nTransfer-Encoding: xchunked\n\n0\n\n', 'FRAMING'],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\nTransfer-Encoding: chunked\n\n0\n\n', 'FRAMING'],
    ['a chunk size with a tail', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5x\nhello\n0\n\n', 'FRAMING'],
    ['a negative chunk size', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n-5\nhello\n0\n\n', 'FRAMING'],
    ['no chunk size', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n\nhello\n0\n\n', 'FRAMING'],
    ['a prefixed chunk size', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0x5\nhello\n0\n\n', 'FRAMING'],
    ['a chunk size beyond counting', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nfffffffffffffff\nx', 'FRAMING'],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n4\nhello\n0\n\n', 'MALFORMED'],
    ['a space before the colon', 'HTTP/1.1 200 OK\nContent-Length : 5\n\nhello', 'MALFORMED'],
    ['a line that is no field', 'HTTP/1.1 200 OK\nContent-Length\n\n', 'MALFORMED'],
    ['a field without a name', 'HTTP/1.1 200 OK\n: 5\n\n', 'MALFORMED'],
    ['a NUL in a field', 'HTTP/1.1 200 OK\nA: b\0c\n\n', 'MALFORMED'],
    ['a folded first line', 'HTTP/1.1 200 OK\n Content-Length: 5\n\nhello', 'MALFORMED'],
    ['a folded length', 'HTTP/1.1 200 OK\nContent-Length: 5\n 0\n\nhello', 'MALFORMED'],
    ['a folded transfer coding', 'HTTP/1.1 200 OK\nTransfer-Encoding: x\n chunked\n\n0\n\n', 'MALFORMED'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\n', 'MALFORMED'],
    ['another version', 'HTTP/2.0 200 OK\n\n', 'MALFORMED'],
    ['a status of two digits', 'HTTP/1.1 20 OK\n\n', 'MALFORMED'],
    ['a status of no class', 'HTTP/1.1 999 Why\n\n', 'MALFORMED'],
    ['a status below any', 'HTTP/1.1 099 Why\n\n', 'MALFORMED'],
    ['control characters in the reason', 'HTTP/1.1 200 O\x07K\n\n', 'MALFORMED'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\nUpgrade: h2c\nConnection: upgrade\n\n', 'MALFORMED'],
    ['a header without an end', `HTTP/1.1 200 OK\nA: ${'x'.repeat(1000)}\n\n`, 'LIMIT'],
    ['many fields', `HTTP/1.1 200 OK\n${'A: b\n'.repeat(300)}\n`, 'LIMIT'],
    [
      'a chunk extension without an end',
      `HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5;${'x'.repeat(1000)}\n`,
      'LIMIT',
    ],
    ['a trailer without an end', `HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\nA: ${'x'.repeat(1000)}\n`, 'LIMIT'],
    ['informational responses without an end', 'HTTP/1.1 103 Early Hints\n\n'.repeat(33), 'LIMIT'],
  ])('refuses %s', (_what, text, code) => {
    expect(parsed(crlf(text), { piece })).toMatchObject({ code: `ERR_HTTP_${code}`, complete: 0 })
  })

  test.each([
    ['a status line', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['a field', 'HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n'],
    ['a chunk size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\n\r\n'],
  ])('refuses a bare LF after %s', (_what, text) => {
    expect(parsed(text, { piece })).toMatchObject({ code: 'ERR_HTTP_MALFORMED', complete: 0 })
  })

  test('refuses a bare CR in a field', () => {
    const text = 'HTTP/1.1 200 OK\r\nA: b\rContent-Length: 5\r\n\r\nhello'
    expect(parsed(text, { piece })).toMatchObject({ code: 'ERR_HTTP_MALFORMED', complete: 0 })
  })

  test('delivers a response, and refuses what comes after it', () => {
    const text = crlf('HTTP/1.1 200 OK\nContent-Length: 1\n\nx') + 'HTTP/1.1 200 OK\r\n'
    expect(parsed(text, { piece })).toMatchObject({ code: 'ERR_HTTP_FRAMING', complete: 1, body: 'x' })
  })

  test.each([
    '',
    'HTTP/1.1 20',
    'HTTP/1.1 200 OK\n',
    'HTTP/1.1 200 OK\nContent-Length: 5\n\nhell',
    'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n',
    'HTTP/1.1 103 Early Hints\n\n',
  ])('knows that %j is not all', (text) => {
    expect(parsed(crlf(text), { piece: Math.max(1, piece), end: true })).toMatchObject({
      code: 'ERR_HTTP_TRUNCATED',
      complete: 0,
    })
  })
})

test('a large body is not counted as a header', () => {
  const body = 'y'.repeat(200_000)
  const text = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  expect(parsed(text, { piece: 100_000 })).toMatchObject({ complete: 1, code: undefined })
})
