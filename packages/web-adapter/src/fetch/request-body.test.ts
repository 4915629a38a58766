import { expect, test } from 'vitest'
import { requestBody } from './request-body.ts'

test.each([
  [16, 16_000_000],
  [18, undefined],
])('a Request with %i megabytes at once has a length of %s', async (megabytes, length) => {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let i = 0; i < megabytes; i++) controller.enqueue(new Uint8Array(1_000_000).fill(i))
      controller.close()
    },
  })
  const request = new Request('https://localhost/', { method: 'PUT', body: stream, duplex: 'half' } as RequestInit)
  const body = await requestBody(request)
  expect(body?.replayable).toBe(length !== undefined)
  const outgoing = body?.open()
  expect(outgoing?.length).toBe(length)
  let received = 0
  for await (const chunk of outgoing?.stream as ReadableStream<Uint8Array>) {
    expect(chunk[0]).toBe(Math.floor(received / 1_000_000))
    received += chunk.length
  }
  expect(received).toBe(megabytes * 1_000_000)
})

test('a Request that is not sent ends its stream', async () => {
  let reason: unknown
  const stream = new ReadableStream<Uint8Array>({ cancel: (given) => void (reason = given) })
  const request = new Request('https://localhost/', { method: 'PUT', body: stream, duplex: 'half' } as RequestInit)
  const body = await requestBody(request)
  body?.discard('not needed')
  expect(reason).toBe('not needed')
})
