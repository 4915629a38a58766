import { experiments } from './experiments.js'
import { stackNames } from './stacks.js'

/**
 * Both stacks in one experiment: `rounds` samples of each in turn, so that whatever else the machine does is shared
 * fairly. → figures with medians, spreads and ratios
 *
 * @param settingsOf what `withPeers` takes, for the name of a stack and an experiment
 */
export async function alternate(experiment, sizes, rounds, settingsOf) {
  const samples = await inTurn(experiment, sizes, rounds, settingsOf, stackNames, [])
  return experiment.figures.map((figure) => summary(figure, samples))
}

/** The experiments of these groups; all when there are none. @throws Error for a group nobody knows */
export function experimentsOf(groups) {
  const known = new Set(experiments.map(({ group }) => group))
  const stranger = groups.find((group) => !known.has(group))
  if (stranger !== undefined) throw new Error(`there is no figure ${stranger}, but ${[...known].join(', ')}`)
  return experiments.filter(({ group }) => groups.length === 0 || groups.includes(group))
}

/** Makes one stack after the other ready, then measures them. */
async function inTurn(experiment, sizes, rounds, settingsOf, [next, ...others], ready) {
  if (next !== undefined) {
    return experiment.run(settingsOf(next, experiment), sizes, (measure, warmUp) =>
      inTurn(experiment, sizes, rounds, settingsOf, others, [...ready, { measure, warmUp }]),
    )
  }
  for (const { warmUp } of ready) await warmUp?.()
  const samples = []
  for (let round = 0; round < rounds; round++) {
    const pair = []
    for (const { measure } of ready) pair.push(await measure())
    samples.push(pair)
  }
  return samples
}

function summary({ key, name, unit, more, target }, samples) {
  const ours = spread(samples.map(([sample]) => sample[key]))
  const theirs = spread(samples.map(([, sample]) => sample[key]))
  // Of each pair, because both of its halves met the same machine.
  const ratio = spread(samples.map(([one, other]) => one[key] / other[key]))
  const met = target === undefined ? undefined : more === 'better' ? ratio.median >= target : ratio.median <= target
  return { key, name, unit, more, ours, theirs, ratio, target, met }
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], max: sorted.at(-1), samples: values }
}
