/** Prints what a soak found. */
export function printReport({ seconds, connections, before, after, flood, faults, problems }) {
  console.log(`${connections} connections at a time for ${seconds} s, half of them through a fault`)
  console.table(
    Object.fromEntries(
      Object.entries(faults).map(([fault, row]) => [
        fault,
        {
          connections: row.connections,
          whole: row.whole,
          client: list(row.codes.client),
          server: list(row.codes.server),
        },
      ]),
    ),
  )
  for (const end of ['client', 'server']) {
    const ratio = (after[end] / before[end]).toFixed(2)
    console.log(`${end}: held ${mebibytes(before[end])} MiB before, ${mebibytes(after[end])} MiB after (${ratio})`)
  }
  console.log(`handshakes that failed at the server: ${list(after.refused)}`)
  console.log(
    `${flood.count} handshakes begun and left: ${Math.round(flood.bytesEach)} bytes each, ${flood.openAfter} open after the timeout`,
  )
  for (const problem of problems.slice(0, 10)) console.log(`PROBLEM ${problem}`)
  console.log(problems.length === 0 ? 'all held' : `${problems.length} problems`)
}

function list(counts) {
  return Object.entries(counts)
    .map(([code, count]) => `${count} ${code}`)
    .join(', ')
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1)
}
