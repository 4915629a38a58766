import { concat } from '@typetls/wire'
import { requireShareLength } from './refusals.ts'
import type { Answer, Mode } from './answer.ts'
import { isPromiseLike } from './answer.ts'
import type { NamedGroup } from './named-groups.ts'
import type { KeyExchange, KeyExchangeStart } from './provider.ts'
import { Secret } from './secret.ts'

/**
 * A hybrid group: shares and secrets of two groups, concatenated in the order of the arguments.
 * https://www.rfc-editor.org/rfc/rfc9954 (draft-ietf-tls-hybrid-design), draft-ietf-tls-ecdhe-mlkem
 *
 * X25519MLKEM768 is (mlkem768, x25519); SecP256r1MLKEM768 is (secp256r1, mlkem768).
 */
export function hybrid<M extends Mode>(row: NamedGroup, first: KeyExchange<M>, second: KeyExchange<M>): KeyExchange<M> {
  return {
    ...clientHybrid(row, first, second),
    respond(clientShare) {
      const [a, b] = split(row, clientShare, first.clientShareLength, second.clientShareLength)
      return both(
        () => first.respond(a),
        () => second.respond(b),
        (x, y) => ({ share: concat(x.share, y.share), secret: joined(x.secret, y.secret) }),
        (half) => half.secret.dispose(),
      ) as ReturnType<KeyExchange<M>['respond']>
    },
  }
}

/** The client's side of a group. */
export type ClientKeyExchange<M extends Mode> = Omit<KeyExchange<M>, 'respond'>

/** The client's side of a hybrid group. */
export function clientHybrid<M extends Mode>(
  row: NamedGroup,
  first: ClientKeyExchange<M>,
  second: ClientKeyExchange<M>,
): ClientKeyExchange<M> {
  return {
    ...row,
    start: () =>
      both(
        () => first.start(),
        () => second.start(),
        startOf,
        dispose,
      ) as Answer<M, KeyExchangeStart<M>>,
  }

  function startOf(a: KeyExchangeStart<M>, b: KeyExchangeStart<M>): KeyExchangeStart<M> {
    return {
      share: concat(a.share, b.share),
      finish(serverShare) {
        const [x, y] = split(row, serverShare, first.serverShareLength, second.serverShareLength)
        return both(
          () => a.finish(x),
          () => b.finish(y),
          joined,
          dispose,
        ) as Answer<M, Secret>
      },
      dispose() {
        a.dispose()
        b.dispose()
      },
    }
  }
}

function joined(a: Secret, b: Secret): Secret {
  const secret = new Secret(concat(a.reveal(), b.reveal()))
  a.dispose()
  b.dispose()
  return secret
}

function split(row: NamedGroup, share: Uint8Array, first: number, second: number): [Uint8Array, Uint8Array] {
  requireShareLength(row, first + second, share)
  return [share.subarray(0, first), share.subarray(first)]
}

/** Asks for both halves and joins them; when one fails, the other is disposed of and the failure goes on. */
function both<T, R>(
  first: () => T | PromiseLike<T>,
  second: () => T | PromiseLike<T>,
  join: (a: T, b: T) => R,
  release: (half: T) => void,
): R | PromiseLike<R> {
  const a = first()
  if (isPromiseLike(a)) return bothLater(a, promiseOf(second), join, release)
  let b: T | PromiseLike<T>
  try {
    b = second()
  } catch (error) {
    release(a)
    throw error
  }
  return isPromiseLike(b) ? bothLater(a, b, join, release) : join(a, b)
}

async function bothLater<T, R>(
  first: T | PromiseLike<T>,
  second: T | PromiseLike<T>,
  join: (a: T, b: T) => R,
  release: (half: T) => void,
): Promise<R> {
  const [a, b] = await Promise.allSettled([first, second])
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return join(a.value, b.value)
  for (const half of [a, b]) if (half.status === 'fulfilled') release(half.value)
  throw (a.status === 'rejected' ? a : (b as PromiseRejectedResult)).reason
}

/** A call that throws at once becomes a promise that rejects. */
async function promiseOf<T>(call: () => T | PromiseLike<T>): Promise<T> {
  return await call()
}

function dispose(half: { dispose(): void }): void {
  half.dispose()
}
