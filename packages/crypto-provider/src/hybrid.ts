import { concat, TlsError } from '@typetls/wire'
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
    ...row,
    start: () =>
      both(first.start(), second.start(), (a, b) => startOf<M>(first, a, b)) as Answer<M, KeyExchangeStart<M>>,
    respond(clientShare) {
      const [a, b] = split(clientShare, first.clientShareLength, second.clientShareLength)
      return both(first.respond(a), second.respond(b), (x, y) => ({
        share: concat(x.share, y.share),
        secret: joined(x.secret, y.secret),
      })) as ReturnType<KeyExchange<M>['respond']>
    },
  }

  function startOf<N extends M>(
    group: KeyExchange<N>,
    a: KeyExchangeStart<M>,
    b: KeyExchangeStart<M>,
  ): KeyExchangeStart<M> {
    return {
      share: concat(a.share, b.share),
      finish(serverShare) {
        const [x, y] = split(serverShare, group.serverShareLength, second.serverShareLength)
        return both(a.finish(x), b.finish(y), joined) as Answer<M, Secret>
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

function split(share: Uint8Array, first: number, second: number): [Uint8Array, Uint8Array] {
  if (share.length !== first + second) {
    throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', 'a hybrid key share has the wrong length', {
      expected: first + second,
      received: share.length,
    })
  }
  return [share.subarray(0, first), share.subarray(first)]
}

function both<A, B, R>(a: A | PromiseLike<A>, b: B | PromiseLike<B>, join: (a: A, b: B) => R): R | PromiseLike<R> {
  if (!isPromiseLike(a) && !isPromiseLike(b)) return join(a, b)
  return Promise.all([a, b]).then(([x, y]) => join(x, y))
}
