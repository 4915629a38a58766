import type { CryptoProvider } from '../provider.ts'
import { plain, sameNumber } from './bytes-in-words.ts'
import type { Probe } from './probe.ts'

/** Random bytes: as many as asked for, new each time, spread evenly. What makes them unpredictable cannot be seen. */
export async function checkRandom(probe: Probe, provider: CryptoProvider): Promise<void> {
  const draw = (length: number): Promise<Uint8Array> => probe.answer('random', provider.random(length))

  // More than getRandomValues gives at once is among them.
  for (const length of [0, 1, 16, 32, 64, 65, 1000, 70_000]) {
    await probe.check('as many bytes come as were asked for', `random(${length})`, async () => {
      const bytes = await draw(length)
      return sameNumber('the length', bytes.length, length) ?? plain(bytes)
    })
  }

  await probe.check('no bytes come twice', '256 times random(16)', async () => {
    const drawn = new Set<string>()
    for (let i = 0; i < 256; i++) drawn.add((await draw(16)).join())
    return sameNumber('the number of different ones', drawn.size, 256)
  })

  await probe.check('what was given is the caller’s: later bytes do not change it', 'random(32), twice', async () => {
    const first = await draw(32)
    const before = first.join()
    const second = await draw(32)
    if (first.join() !== before) return 'the first bytes changed'
    first.fill(0)
    return second.every((byte) => byte === 0) ? 'wiping the first wiped the second' : undefined
  })

  await probe.check('every value of a byte is as likely as another', 'random(65536)', async () => {
    const counts = new Array<number>(256).fill(0)
    for (const byte of await draw(65_536)) counts[byte] = (counts[byte] as number) + 1
    // 256 of each are expected; 100 away is more than six standard deviations.
    const odd = counts.findIndex((count) => Math.abs(count - 256) > 100)
    return odd === -1 ? undefined : `${counts[odd]} times ${odd}, where about 256 are due`
  })
}
