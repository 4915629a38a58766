import { concat } from '@typetls/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MessageAssembler } from './message-assembler.ts'

const message = (type: number, body: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(type, body.length >>> 16, body.length >>> 8, body.length), body)

test('messages come out whole, however their bytes went in', () => {
  const anyMessage = fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 300 }))
  fc.assert(
    fc.property(fc.array(anyMessage), fc.array(fc.integer({ min: 1, max: 400 })), fc.nat(), (messages, cuts, gifts) => {
      const raws = messages.map(([type, body]) => message(type, body))
      const stream = concat(...raws)
      const assembler = new MessageAssembler()
      const out: Uint8Array[] = []
      let offset = 0
      for (let i = 0; offset < stream.length; i++) {
        const end = Math.min(stream.length, offset + (cuts[i % Math.max(1, cuts.length)] ?? 50))
        const piece = stream.slice(offset, end)
        const given = ((gifts >> (i % 31)) & 1) === 1
        assembler.push(piece, given)
        // What was pushed and not given is the pusher's again.
        if (!given) piece.fill(0xee)
        for (let one = assembler.next(300); one !== undefined; one = assembler.next(300)) out.push(one)
        offset = end
        const taken = out.reduce((sum, { length }) => sum + length, 0)
        expect(assembler.buffered).toBe(offset - taken)
        expect(assembler.nextType).toBe(taken < offset ? stream[taken] : undefined)
      }
      expect(out).toEqual(raws)
    }),
  )
})

test('messages are bytes of their own', () => {
  const assembler = new MessageAssembler()
  assembler.push(concat(message(20, Uint8Array.of(1)), message(20, Uint8Array.of(2))))
  const first = assembler.next(10) as Uint8Array
  first.fill(0xee)
  expect(assembler.next(10)).toEqual(message(20, Uint8Array.of(2)))
  expect(assembler.next(10)).toBeUndefined()
})

test('a message that announces too much is refused by its header', () => {
  const assembler = new MessageAssembler()
  assembler.push(Uint8Array.of(11, 0, 1))
  expect(assembler.next(255)).toBeUndefined()
  assembler.push(Uint8Array.of(0))
  expect(() => assembler.next(255)).toThrow(
    expect.objectContaining({
      code: 'ERR_TLS_MESSAGE_TOO_LARGE',
      alert: 'illegal_parameter',
      expected: 255,
      received: 256,
      message: expect.stringContaining('certificate') as string,
    }),
  )
  expect(assembler.next(256)).toBeUndefined()
})
