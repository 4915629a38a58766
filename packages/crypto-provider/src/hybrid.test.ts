import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { Mode } from './answer.ts'
import { hybrid } from './hybrid.ts'
import type { NamedGroup } from './named-groups.ts'
import type { KeyExchange } from './provider.ts'
import { Secret } from './secret.ts'

const row: NamedGroup = { id: 0xfe00, name: 'both', clientShareLength: 5, serverShareLength: 7 }

test('shares and secrets are those of the halves, in order', () => {
  const group = hybrid(row, half('sync', 1, 2, 3), half('sync', 4, 3, 4))
  expect(group).toMatchObject(row)
  const start = group.start()
  expect([...start.share]).toEqual([1, 1, 4, 4, 4])
  const { share, secret } = group.respond(start.share)
  expect([...share]).toEqual([1, 1, 1, 4, 4, 4, 4])
  expect([...secret.reveal()]).toEqual([1, 4])
  expect([...start.finish(share).reveal()]).toEqual([1, 4])
})

test('one half that answers later makes the whole answer later', async () => {
  for (const [a, b] of [
    ['async', 'sync'],
    ['sync', 'async'],
    ['async', 'async'],
  ] as const) {
    const group = hybrid<'async'>(row, half(a, 1, 2, 3), half(b, 4, 3, 4))
    const start = await group.start()
    const answer = group.respond(start.share)
    expect(answer).toBeInstanceOf(Promise)
    const { share, secret } = await answer
    expect([...secret.reveal()]).toEqual([1, 4])
    expect([...(await start.finish(share)).reveal()]).toEqual([1, 4])
  }
})

test('a share of another length is refused', () => {
  const group = hybrid(row, half('sync', 1, 2, 3), half('sync', 4, 3, 4))
  const invalid = expect.objectContaining({ code: 'ERR_TLS_KEY_SHARE_INVALID' })
  for (const length of [0, 4, 6]) expect(() => group.respond(new Uint8Array(length))).toThrow(invalid)
  for (const length of [0, 6, 8]) expect(() => group.start().finish(new Uint8Array(length))).toThrow(invalid)
})

describe('when one half fails, the secret of the other is wiped and the failure goes on', () => {
  test.each([
    ['sync', 'sync', 'first'],
    ['sync', 'sync', 'second'],
    ['async', 'async', 'first'],
    ['async', 'async', 'second'],
    ['async', 'sync', 'first'],
    ['async', 'sync', 'second'],
    ['sync', 'async', 'first'],
    ['sync', 'async', 'second'],
  ] as const)('%s and %s, the %s fails', async (a, b, failing) => {
    const made: Secret[] = []
    const first = half(a, 1, 2, 3, { made, fail: failing === 'first' })
    const second = half(b, 4, 3, 4, { made, fail: failing === 'second' })
    const group = hybrid<'async'>(row, first, second)
    const fails = expect.objectContaining({ code: 'ERR_TLS_KEY_SHARE_INVALID' })
    await expect((async () => await group.respond(new Uint8Array(5)))()).rejects.toThrow(fails)
    const start = await group.start()
    await expect((async () => await start.finish(new Uint8Array(7)))()).rejects.toThrow(fails)
    expect(made.every((secret) => secret.disposed)).toBe(true)
    expect(made.length > 0).toBe(failing === 'second' || a === 'async')
  })
})

test('dispose reaches both halves, and the joined secret replaces theirs', () => {
  const made: Secret[] = []
  const ended: number[] = []
  const options = { made, ended }
  const group = hybrid(row, half('sync', 1, 2, 3, options), half('sync', 4, 3, 4, options))
  const start = group.start()
  const secret = start.finish(new Uint8Array(7))
  expect(made.map((one) => one.disposed)).toEqual([true, true])
  expect(secret.disposed).toBe(false)
  start.dispose()
  expect(ended).toEqual([1, 4])
})

interface HalfOptions {
  readonly made?: Secret[]
  readonly ended?: number[]
  readonly fail?: boolean
}

/** A group whose shares and secret are all one number. */
function half<M extends Mode>(
  mode: M,
  mark: number,
  client: number,
  server: number,
  options: HalfOptions = {},
): KeyExchange<M> {
  const answer = <T>(value: () => T): T | Promise<T> => (mode === 'sync' ? value() : Promise.resolve().then(value))
  const secret = (): Secret => {
    if (options.fail) throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', 'as asked')
    const made = new Secret(Uint8Array.of(mark))
    options.made?.push(made)
    return made
  }
  const group: KeyExchange = {
    id: mark,
    name: String(mark),
    clientShareLength: client,
    serverShareLength: server,
    start: () =>
      answer(() => ({
        share: new Uint8Array(client).fill(mark),
        finish: () => answer(secret),
        dispose: () => void options.ended?.push(mark),
      })),
    respond: () => answer(() => ({ share: new Uint8Array(server).fill(mark), secret: secret() })),
  }
  return group as KeyExchange<M>
}
