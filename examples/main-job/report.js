import { styleText } from 'node:util'

const coloured = process.stdout.isTTY === true && process.stdout.hasColors()

/** Text in a style of `util.styleText`, where somebody can see it; NO_COLOR and pipes are respected. */
export function styled(style, text) {
  return coloured ? styleText(style, text) : text
}

export function printHeading(text) {
  console.log(`\n${styled('bold', text)}`)
}

/** The rows of one pair of exchanges, side by side. */
export function printExchanges(rows) {
  const columns = rows.map((row) => factsOf(row))
  const width = Math.max(...columns[0].map(([, value]) => value.length)) + 4
  const titles = columns.map((_, i) => (i === 0 ? 'first' : 'second').padEnd(width))
  console.log(styled('dim', `  ${''.padEnd(labelWidth)}${titles.join('').trimEnd()}`))
  columns[0].forEach(([label], line) => {
    const values = columns.map((column) => column[line][1].padEnd(width))
    console.log(`  ${styled('dim', label.padEnd(labelWidth))}${marked(label, values).join('').trimEnd()}`)
  })
}

export function printFailure(error) {
  console.log(`  ${styled('red', 'failed')}  ${error.code ? `${error.code}: ` : ''}${error.message}`)
}

function factsOf(row) {
  return [
    ['version', row.version],
    ['suite', row.cipherSuite],
    ['group', row.group ?? 'none'],
    ['signature', row.signature ?? 'none, by session'],
    ['chain', row.chain],
    ['resumed', row.resumed ? 'yes' : 'no'],
    ['bytes', `${counted(row.received)} in, ${counted(row.sent)} out`],
    ['times', `handshake ${row.handshake.toFixed(1)} ms, all ${row.total.toFixed(1)} ms`],
  ]
}

function marked(label, values) {
  if (label !== 'chain') return values
  return values.map((value) => styled(value.startsWith('ok') ? 'green' : 'red', value))
}

function counted(number) {
  return number.toLocaleString('en').replaceAll(',', ' ')
}

const labelWidth = 'signature'.length + 3
