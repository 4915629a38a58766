/**
 * How hard tests that sample try, as a factor: `TYPETLS_TEST_EFFORT=10` takes ten times the samples, and whatever is
 * tried at every nth place is tried at ten times as many.
 */
const effort = Number(process.env['TYPETLS_TEST_EFFORT'] ?? 1)

export function samples(usually: number): number {
  return Math.max(1, Math.round(usually * effort))
}

/** Every nth place, at least every one. */
export function stride(usually: number): number {
  return Math.max(1, Math.round(usually / effort))
}
