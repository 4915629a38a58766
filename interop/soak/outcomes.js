import { faults } from './faulty-relay.js'

/** What both ends told, connection by connection, and what of it must not be. */
export class Outcomes {
  problems = []
  #ends = { client: new Map(), server: new Map() }

  problem(text) {
    this.problems.push(text)
  }

  hear(end, message) {
    if (message.crash !== undefined) this.problem(`${end}: ${message.crash}`)
    if (message.result !== undefined) this.#ends[end].set(message.seed, message.result)
    if (message.hang !== undefined) this.problem(`${end}: a connection with fault ${message.hang} never ended`)
  }

  /** One row for each fault, and one for what the client destroyed: connections, how many were whole at both ends, and the codes of the others. */
  rows() {
    const rows = Object.fromEntries(
      [...Object.keys(faults), 'left'].map((fault) => [
        fault,
        { connections: 0, whole: 0, codes: { client: {}, server: {} } },
      ]),
    )
    for (const [seed, client] of this.#ends.client) {
      const row = rows[client.fault]
      const server = this.#ends.server.get(seed)
      const whole = isWhole(client) && server !== undefined && isWhole(server)
      row.connections++
      if (whole) row.whole++
      count(row.codes.client, client.codes)
      count(row.codes.server, server?.codes ?? [])
      this.#check(client.fault, 'client', client)
      if (server !== undefined) this.#check(client.fault, 'server', server)
      if (faults[client.fault]?.harmless && !whole) {
        this.problem(`${client.fault}: not whole, client ${describe(client)}, server ${describe(server)}`)
      }
    }
    return rows
  }

  /** Memory of each end: back to what it was, within a tenth. */
  compareMemory(before, after) {
    for (const end of ['client', 'server']) {
      if (after[end] > before[end] * 1.1)
        this.problem(`${end}: held ${before[end]} bytes before and ${after[end]} after`)
    }
    if (after.open > 0) this.problem(`server: ${after.open} connections are still open`)
  }

  /** A handshake that does not go on costs what was sent of it and the socket, and ends by itself. */
  checkFlood({ count, bytesEach, open, openAfter }) {
    if (open !== count) this.problem(`flood: ${open} of ${count} handshakes were open`)
    if (bytesEach > 65_536) this.problem(`flood: a handshake that was begun costs ${Math.round(bytesEach)} bytes`)
    if (openAfter > 0) this.problem(`flood: ${openAfter} handshakes did not time out`)
  }

  #check(fault, end, { wrong }) {
    if (wrong !== undefined) this.problem(`${end}, fault ${fault}: ${wrong}`)
  }
}

function isWhole({ ended, received, length, codes }) {
  return ended && received === length && codes.length === 0
}

function describe(result) {
  return result === undefined ? 'nothing' : JSON.stringify(result)
}

function count(counts, codes) {
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
}
