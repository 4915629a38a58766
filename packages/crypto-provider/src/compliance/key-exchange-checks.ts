import { concat, equalBytes } from '@typetls/wire'
import { namedGroups } from '../named-groups.ts'
import type { NamedGroup } from '../named-groups.ts'
import type { KeyExchange, KeyExchangeStart } from '../provider.ts'
import { Secret } from '../secret.ts'
import { flipped, overwritten, plain, same, sameNumber, shown } from './bytes-in-words.ts'
import { discloses } from './disclosure.ts'
import { groupShape } from './group-shape.ts'
import type { CurvePart, GroupPart, KemPart } from './group-shape.ts'
import { Probe, refused } from './probe.ts'

export async function checkKeyExchange(
  probe: Probe,
  name: string,
  group: KeyExchange,
  reference: KeyExchange | undefined,
): Promise<void> {
  const side = new Side(probe, group)

  await probe.check('the row says its name, number and sizes', name, () => {
    const row = (namedGroups as Readonly<Record<string, NamedGroup>>)[name]
    if (group.name !== name) return `its name is ${group.name}`
    if (row === undefined) return undefined
    return (
      sameNumber('id', group.id, row.id) ??
      sameNumber('clientShareLength', group.clientShareLength, row.clientShareLength) ??
      sameNumber('serverShareLength', group.serverShareLength, row.serverShareLength)
    )
  })

  await checkAgreement(probe, side)
  for (const [label, client, server] of otherSides(side, reference)) {
    await probe.check('agrees with the reference', label, async () => {
      const start = await client.start()
      const answer = await server.respond(start.share)
      return same((await client.finish(start, answer.share)).reveal(), answer.secret.reveal())
    })
  }
  await checkLengths(probe, side)

  const shape = groupShape(name)
  if (shape === undefined) return
  let offset: Offsets = { client: 0, server: 0, secret: 0 }
  await probe.check('a secret has the length of its group', name, async () => {
    const { secret } = await side.exchange()
    return sameNumber('the length of the secret', secret.length, sum(shape.map((part) => part.secretLength)))
  })
  for (const part of shape) {
    if (part.kind === 'curve') await checkCurve(probe, side, part, offset)
    else await checkKem(probe, side, part, offset)
    offset = behind(offset, part)
  }
}

/** One group of one provider, with its answers waited for. */
class Side {
  readonly group: KeyExchange
  readonly #probe: Probe

  constructor(probe: Probe, group: KeyExchange) {
    this.#probe = probe
    this.group = group
  }

  start(): Promise<KeyExchangeStart> {
    return this.#probe.answer('start', this.group.start())
  }

  respond(share: Uint8Array): Promise<{ readonly share: Uint8Array; readonly secret: Secret }> {
    return this.#probe.answer('respond', this.group.respond(share))
  }

  finish(start: KeyExchangeStart, share: Uint8Array): Promise<Secret> {
    return this.#probe.answer('finish', start.finish(share))
  }

  /** What both sides have in the end. */
  async exchange(): Promise<Exchange> {
    const start = await this.start()
    const { share, secret } = await this.respond(start.share)
    return { start, clientShare: start.share, serverShare: share, secret }
  }
}

interface Exchange {
  readonly start: KeyExchangeStart
  readonly clientShare: Uint8Array
  readonly serverShare: Uint8Array
  /** The server's. */
  readonly secret: Secret
}

async function checkAgreement(probe: Probe, side: Side): Promise<void> {
  const { group } = side

  await probe.check('shares have the lengths that the row says', 'start() and respond()', async () => {
    const { clientShare, serverShare } = await side.exchange()
    return (
      sameNumber('the length of the client share', clientShare.length, group.clientShareLength) ??
      sameNumber('the length of the server share', serverShare.length, group.serverShareLength) ??
      plain(clientShare) ??
      plain(serverShare)
    )
  })

  for (let i = 0; i < 3; i++) {
    await probe.check('both sides get one secret', 'start(), respond(), finish()', async () => {
      const { start, serverShare, secret } = await side.exchange()
      const finished = await side.finish(start, serverShare)
      if (!(secret instanceof Secret) || !(finished instanceof Secret)) {
        return 'not a Secret of @typetls/crypto-provider'
      }
      if (secret.reveal().every((byte) => byte === 0)) return 'zeros'
      return same(finished.reveal(), secret.reveal())
    })
  }

  await probe.check('shares and secrets are new each time', 'two exchanges', async () => {
    const [one, other] = [await side.exchange(), await side.exchange()]
    if (equalBytes(one.clientShare, other.clientShare)) return 'start() made the same share twice'
    if (equalBytes(one.serverShare, other.serverShare)) return 'respond() made the same share twice'
    return equalBytes(one.secret.reveal(), other.secret.reveal()) ? 'the same secret twice' : undefined
  })

  await probe.check('respond() makes a new share for the same client share', 'one client share, twice', async () => {
    const { share } = await side.start()
    const [one, other] = [await side.respond(share), await side.respond(share)]
    return equalBytes(one.share, other.share) ? 'the same share twice' : undefined
  })

  await probe.check('exchanges under way do not know each other', 'three, finished in another order', async () => {
    const exchanges = [await side.exchange(), await side.exchange(), await side.exchange()]
    for (const { start, serverShare, secret } of exchanges.reverse()) {
      const wrong = same((await side.finish(start, serverShare)).reveal(), secret.reveal())
      if (wrong !== undefined) return wrong
    }
    return undefined
  })

  await probe.check('shares that come in are not written to', 'both', async () => {
    const start = await side.start()
    const clientShare = new Uint8Array(start.share)
    const { share } = await side.respond(clientShare)
    const serverShare = new Uint8Array(share)
    await side.finish(start, serverShare)
    return same(clientShare, start.share) ?? same(serverShare, share)
  })

  await probe.check('secrets do not show', 'those of both sides', async () => {
    const { start, serverShare, secret } = await side.exchange()
    const finished = await side.finish(start, serverShare)
    const bytes = new Uint8Array(secret.reveal())
    return discloses(secret, bytes) ?? discloses(finished, bytes) ?? discloses(start, bytes)
  })

  await probe.check(
    'dispose() ends a start, may be called twice, and leaves its secret',
    'after finish()',
    async () => {
      const { start, serverShare, secret } = await side.exchange()
      const finished = await side.finish(start, serverShare)
      start.dispose()
      start.dispose()
      return (
        (await refused('ERR_TLS_SECRET_DISPOSED', () => start.finish(serverShare))) ??
        same(finished.reveal(), secret.reveal())
      )
    },
  )
}

/** Our side against the reference's, both ways around. */
function otherSides(side: Side, reference: KeyExchange | undefined): [string, Side, Side][] {
  if (reference === undefined) return []
  // Whether the reference answers at once is not what is looked at.
  const other = new Side(new Probe('async'), reference)
  return [
    ['as client', side, other],
    ['as server', other, side],
  ]
}

async function checkLengths(probe: Probe, side: Side): Promise<void> {
  const { clientShare, serverShare } = await side.exchange()
  for (const [what, share, call] of [
    ['respond', clientShare, (bytes: Uint8Array) => side.respond(bytes)],
    ['finish', serverShare, async (bytes: Uint8Array) => side.finish(await side.start(), bytes)],
  ] as const) {
    for (const wrong of [
      new Uint8Array(),
      share.subarray(0, 1),
      share.subarray(1),
      share.subarray(0, -1),
      concat(share, Uint8Array.of(0)),
      concat(Uint8Array.of(0), share),
      concat(share, share),
    ]) {
      const inputs = `${wrong.length} bytes to ${what}(), where ${share.length} are due`
      await probe.check('a share of another length is refused', inputs, () =>
        refused('ERR_TLS_KEY_SHARE_INVALID', () => call(wrong)),
      )
    }
  }
}

/** Where a part begins in the shares and the secret of its group. */
interface Offsets {
  readonly client: number
  readonly server: number
  readonly secret: number
}

function behind(at: Offsets, part: GroupPart): Offsets {
  const [client, server] =
    part.kind === 'curve' ? [part.shareLength, part.shareLength] : [part.clientShareLength, part.serverShareLength]
  return { client: at.client + client, server: at.server + server, secret: at.secret + part.secretLength }
}

async function checkCurve(probe: Probe, side: Side, curve: CurvePart, at: Offsets): Promise<void> {
  const { shareLength, secretLength, secretOf } = curve
  const secretPart = (secret: Secret): Uint8Array => secret.reveal().subarray(at.secret, at.secret + secretLength)
  const honest = await side.exchange()
  const toServer = (bytes: Uint8Array): Uint8Array => overwritten(honest.clientShare, at.client, bytes)
  const toClient = (bytes: Uint8Array): Uint8Array => overwritten(honest.serverShare, at.server, bytes)

  for (const { label, bytes } of [{ label: 'the base point', bytes: curve.base }, ...curve.alsoBase]) {
    const inputs = `${label}: ${shown(bytes)}`
    await probe.check(
      'the base point as a share gives the answering share for a secret',
      `to respond(), ${inputs}`,
      async () => {
        const { share, secret } = await side.respond(toServer(bytes))
        return same(secretPart(secret), secretOf(share.subarray(at.server, at.server + shareLength)))
      },
    )
    // The KEM of a hybrid takes its part from this start's own exchange.
    await probe.check(
      'the base point as a share gives the own share for a secret',
      `to finish(), ${inputs}`,
      async () => {
        const { start, clientShare, serverShare } = await side.exchange()
        const secret = await side.finish(start, overwritten(serverShare, at.server, bytes))
        return same(secretPart(secret), secretOf(clientShare.subarray(at.client, at.client + shareLength)))
      },
    )
  }

  for (const { label, bytes } of curve.refused) {
    const rule = 'points that are of low order, not on the curve, or in another form are refused'
    await probe.check(rule, `to respond(), ${label}`, () =>
      refused('ERR_TLS_KEY_SHARE_INVALID', () => side.respond(toServer(bytes))),
    )
    await probe.check(rule, `to finish(), ${label}`, async () => {
      const start = await side.start()
      return await refused('ERR_TLS_KEY_SHARE_INVALID', () => side.finish(start, toClient(bytes)))
    })
  }
}

async function checkKem(probe: Probe, side: Side, kem: KemPart, at: Offsets): Promise<void> {
  const { share } = await side.start()
  // Two coefficients in three bytes; the first of the key becomes `value`.
  const withCoefficient = (value: number): Uint8Array => {
    const kept = (share[at.client + 1] as number) & 0xf0
    return overwritten(share, at.client, Uint8Array.of(value & 0xff, kept | (value >> 8)))
  }
  for (const value of [fieldPrime, fieldPrime + 1, 4095]) {
    await probe.check('an encapsulation key that is not reduced is refused', `a coefficient of ${value}`, () =>
      refused('ERR_TLS_KEY_SHARE_INVALID', () => side.respond(withCoefficient(value))),
    )
  }
  await probe.check(
    'an encapsulation key that is just reduced is taken',
    `a coefficient of ${fieldPrime - 1}`,
    async () => {
      await side.respond(withCoefficient(fieldPrime - 1))
      return undefined
    },
  )

  for (const index of [0, kem.serverShareLength >> 1, kem.serverShareLength - 1]) {
    await probe.check(
      'a changed ciphertext gives another secret, not an error: implicit rejection',
      `byte ${index} of the ciphertext changed`,
      async () => {
        const { start, serverShare, secret } = await side.exchange()
        const finished = await side.finish(start, flipped(serverShare, at.server + index))
        const part = (of: Secret): Uint8Array => of.reveal().subarray(at.secret, at.secret + kem.secretLength)
        return equalBytes(part(finished), part(secret)) ? 'the same secret' : undefined
      },
    )
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** q of FIPS 203. */
const fieldPrime = 3329
