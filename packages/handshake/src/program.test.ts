import { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { HandshakeMessage, Program } from './index.ts'
import { ProgramRun, ask, askNow, receive, run, wait, waitAll } from './index.ts'

const message = { type: 'finished', raw: new Uint8Array(), body: { verifyData: new Uint8Array() } } as HandshakeMessage

/** A promise and what settles it. */
function promised<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((one, other) => ([resolve, reject] = [one, other]))
  return { promise, resolve, reject }
}

describe('a program', () => {
  test('runs through without a promise when nothing pends', () => {
    function* sum(): Program<number> {
      return (yield* wait(1)) + (yield* wait(2))
    }
    expect(run(sum())).toBe(3)
  })

  test('waits where something pends, and goes on at once where nothing does', async () => {
    const seen: string[] = []
    const later = promised<string>()
    function* story(): Program<string> {
      seen.push(yield* wait('one'))
      seen.push(yield* wait(later.promise))
      seen.push(yield* wait('three'))
      return 'done'
    }
    const done = run(story())
    expect(seen).toEqual(['one'])
    later.resolve('two')
    expect(await done).toBe('done')
    expect(seen).toEqual(['one', 'two', 'three'])
  })

  test('gets the rejection as an exception where it waits', async () => {
    const seen: string[] = []
    function* story(): Program<void> {
      try {
        yield* wait(Promise.reject(new Error('no')))
      } finally {
        seen.push('cleaned up')
      }
    }
    await expect(run(story())).rejects.toThrow('no')
    expect(seen).toEqual(['cleaned up'])
  })

  describe('asks for several answers at the same time', () => {
    const secret = (byte: number): Secret => new Secret(Uint8Array.of(byte))

    test('and has them at once where nothing pends, later where something does', async () => {
      const answers = run(
        waitAll(
          () => 1,
          () => 2,
        ),
      )
      expect(answers).toEqual([1, 2])
      const asked: string[] = []
      const first = promised<number>()
      const later = run(
        waitAll(
          () => (asked.push('first'), first.promise),
          () => (asked.push('second'), 2),
        ),
      )
      expect(asked).toEqual(['first', 'second'])
      first.resolve(1)
      expect(await later).toEqual([1, 2])
    })

    test('and wipes the others when one throws, is rejected, or the program is over', async () => {
      const [early, late, kept] = [secret(1), secret(2), secret(3)]
      const no = new Error('no')
      const throwing = () => {
        throw no
      }
      expect(() =>
        run(
          waitAll<Secret>(
            () => early,
            () => Promise.resolve(late),
            throwing,
          ),
        ),
      ).toThrow(no)
      await Promise.resolve()
      expect([early.disposed, late.disposed]).toEqual([true, true])
      await expect(
        run(
          waitAll<Secret>(
            () => kept,
            () => Promise.reject(no),
          ),
        ),
      ).rejects.toBe(no)
      expect(kept.disposed).toBe(true)
      const pending = promised<Secret>()
      const [aborted, other] = [secret(4), secret(5)]
      const steps = new ProgramRun(
        waitAll<Secret>(
          () => aborted,
          () => pending.promise,
        ),
      )
      const step = steps.start()
      steps.abort()
      pending.resolve(other)
      await (step as { until: PromiseLike<void> }).until
      expect([aborted.disposed, other.disposed]).toEqual([true, true])
    })
  })

  test('stops for a message, with what it expects', () => {
    function* story(): Program<string> {
      const one = yield* receive('finished', 'certificate')
      return one.type
    }
    const steps = new ProgramRun(story())
    expect(steps.start()).toEqual({ kind: 'receive', types: ['finished', 'certificate'] })
    expect(steps.current).toEqual({ kind: 'receive', types: ['finished', 'certificate'] })
    expect(steps.deliver(message)).toEqual({ kind: 'done', value: 'finished' })
  })

  test('that must not wait for a message says so', () => {
    function* story(): Program<void> {
      yield* receive('finished')
    }
    expect(() => run(story())).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
  })

  test('resolves `until` when it no longer pends, however often it did', async () => {
    function* story(): Program<string> {
      for (let i = 0; i < 5; i++) yield* wait(Promise.resolve(i))
      return (yield* receive('finished')).type
    }
    const steps = new ProgramRun(story())
    const step = steps.start()
    expect(step.kind).toBe('pending')
    if (step.kind === 'pending') await step.until
    expect(steps.current).toEqual({ kind: 'receive', types: ['finished'] })
  })
})

describe('abort', () => {
  function* owning(seen: string[], inner: () => Program<unknown>): Program<string> {
    try {
      yield* inner()
      return 'through'
    } finally {
      seen.push('wiped')
    }
  }

  test('runs the finally blocks of a program that waits for a message', () => {
    const seen: string[] = []
    const steps = new ProgramRun(owning(seen, () => receive('finished')))
    steps.start()
    steps.abort()
    steps.abort()
    expect(seen).toEqual(['wiped'])
  })

  test('does so at once where it waits for an answer, and wipes that when it comes', async () => {
    const seen: string[] = []
    const later = promised<Secret>()
    const steps = new ProgramRun(owning(seen, () => wait(later.promise)))
    const step = steps.start()
    steps.abort()
    expect(seen).toEqual(['wiped'])
    const secret = new Secret(Uint8Array.of(1, 2, 3))
    later.resolve(secret)
    if (step.kind === 'pending') await step.until
    expect(secret.disposed).toBe(true)
  })

  test('wipes answers that hold secrets among other things', async () => {
    const later = promised<object>()
    const steps = new ProgramRun(owning([], () => wait(later.promise)))
    const step = steps.start()
    steps.abort()
    const secret = new Secret(Uint8Array.of(1, 2, 3))
    later.resolve({ share: Uint8Array.of(1), secret })
    if (step.kind === 'pending') await step.until
    expect(secret.disposed).toBe(true)
  })

  test('leaves the answers of users alone', async () => {
    const later = promised<object>()
    const steps = new ProgramRun(owning([], () => ask('ERR_TLS_CALLBACK', 'somebody', () => later.promise)))
    const step = steps.start()
    steps.abort()
    const secret = new Secret(Uint8Array.of(1, 2, 3))
    later.resolve({ identity: Uint8Array.of(1), secret })
    if (step.kind === 'pending') await step.until
    expect(secret.disposed).toBe(false)
  })

  test("makes nobody's business of a rejection that comes later", async () => {
    const later = promised<Secret>()
    const steps = new ProgramRun(owning([], () => wait(later.promise)))
    const step = steps.start()
    steps.abort()
    later.reject(new Error('too late'))
    if (step.kind === 'pending') await expect(step.until).resolves.toBeUndefined()
  })

  test('from within ends the program where its step ends', () => {
    const seen: string[] = []
    const steps: ProgramRun<string> = new ProgramRun(
      owning(seen, function* (): Program<void> {
        steps.abort()
        seen.push('still running')
        yield* receive('finished')
        seen.push('never')
      }),
    )
    expect(steps.start()).toEqual({ kind: 'aborted' })
    expect(seen).toEqual(['still running', 'wiped'])
  })

  test('from within the last step wipes the result', () => {
    const secret = new Secret(Uint8Array.of(1, 2, 3))
    function* last(): Program<object> {
      steps.abort()
      return { other: 1, secret }
    }
    const steps = new ProgramRun(last())
    expect(steps.start()).toEqual({ kind: 'aborted' })
    expect(secret.disposed).toBe(true)
  })

  test('behind the last step wipes the result, which nobody took', () => {
    const secret = new Secret(Uint8Array.of(1, 2, 3))
    function* last(): Program<object> {
      return { other: yield* wait(1), secret }
    }
    const steps = new ProgramRun(last())
    expect(steps.start()).toMatchObject({ kind: 'done' })
    steps.abort()
    expect(secret.disposed).toBe(true)
    expect(steps.current).toEqual({ kind: 'aborted' })
  })

  test('from within a step that goes on to wait wipes the answer', async () => {
    const secret = new Secret(Uint8Array.of(1, 2, 3))
    function* waiting(): Program<void> {
      steps.abort()
      yield* wait(Promise.resolve(secret))
    }
    const steps = new ProgramRun(waiting())
    expect(steps.start()).toEqual({ kind: 'aborted' })
    await Promise.resolve()
    await Promise.resolve()
    expect(secret.disposed).toBe(true)
  })
})

describe('user code', () => {
  test('that throws or rejects becomes an error of ours, with the cause', async () => {
    const cause = new Error('theirs')
    const failure = { code: 'ERR_TLS_SIGNER', message: 'the signer failed', cause }
    expect(() => askNow('ERR_TLS_SIGNER', 'the signer', () => raise(cause))).toThrow(expect.objectContaining(failure))
    expect(() => run(ask('ERR_TLS_SIGNER', 'the signer', () => raise(cause)))).toThrow(expect.objectContaining(failure))
    await expect(run(ask('ERR_TLS_SIGNER', 'the signer', () => Promise.reject(cause)))).rejects.toMatchObject(failure)
  })

  test('that throws an error of ours is believed', () => {
    const own = new TlsError('ERR_TLS_CERTIFICATE_EXPIRED', 'yesterday')
    expect(() => askNow('ERR_TLS_CALLBACK', 'the verifier', () => raise(own))).toThrow(own)
  })

  test('that answers is passed on', async () => {
    expect(askNow('ERR_TLS_CALLBACK', 'x', () => 1)).toBe(1)
    expect(run(ask('ERR_TLS_CALLBACK', 'x', () => 1))).toBe(1)
    expect(await run(ask('ERR_TLS_CALLBACK', 'x', () => Promise.resolve(1)))).toBe(1)
  })
})

function raise(error: Error): never {
  throw error
}
