/** A whole number from `least` to `most`, both included. */
export function within(least, most) {
  return least + Math.floor(Math.random() * (most - least + 1))
}

export function chance(probability) {
  return Math.random() < probability
}

export function pick(list) {
  return list[within(0, list.length - 1)]
}
