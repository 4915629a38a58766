/** A table of the figures of one experiment. */
export function printExperiment({ title, figures }) {
  const rows = figures.map(({ name, unit, ours, theirs, ratio, ...figure }) => [
    name,
    `${withSpread(ours, amount)} ${unit}`,
    `${withSpread(theirs, amount)} ${unit}`,
    withSpread(ratio, (value) => value.toFixed(2)),
    targetOf(figure),
  ])
  console.log(`\n${title}`)
  printTable([['', 'typetls', 'node:tls', 'ratio', 'target'], ...rows])
}

/** Says which targets are not met. → whether there is none */
export function printVerdict(results) {
  const missed = results.flatMap(({ title, figures }) =>
    figures
      .filter(({ met }) => met === false)
      .map((figure) => `${title}, ${figure.name}: ${figure.ratio.median.toFixed(2)}`),
  )
  console.log(missed.length === 0 ? '\nall targets met' : `\ntargets not met:\n  ${missed.join('\n  ')}`)
  return missed.length === 0
}

/** Columns as wide as they need to be; the first row is the heads. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  for (const row of rows) {
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column])).join('   ')}`.trimEnd())
  }
}

function withSpread({ median, min, max }, format) {
  return `${format(median)} (${format(min)} … ${format(max)})`
}

function amount(value) {
  if (Math.abs(value) >= 100) return String(Math.round(value))
  return value.toPrecision(3)
}

function targetOf({ target, met, more }) {
  if (target === undefined) return ''
  return `${more === 'better' ? '≥' : '≤'} ${target}, ${met ? 'met' : 'not met'}`
}
