import { afterAll, describe, test } from 'vitest'
import { cells } from './cells.ts'
import { Scope } from './child.ts'
import type { Cell } from './cell.ts'
import { Match } from './match.ts'
import type { Peer, Role } from './peer.ts'

/** What a cell says of itself to whoever reads the results of a run. */
export interface CellResult {
  readonly peer: string
  readonly version: string
  /** What was spoken. */
  readonly tls: string
  readonly role: string
  readonly cell: string
  /** Why it was not played. */
  readonly missing?: string
}

/** Every cell against one peer, as tests; a cell that cannot be played names what is missing. */
export function playMatrix(peer: Peer): void {
  const missing: string[] = []
  describe.concurrent(`${peer.name} ${peer.version ?? '(not here)'}`, () => {
    for (const cell of cells()) {
      const { name, role, version: tls = 'TLSv1.3' } = cell
      const title = `${tls}, our ${role}: ${name}`
      const theirRole = cell.role === 'client' ? 'server' : 'client'
      const reason =
        peer.version === undefined ? `${peer.name} is not installed` : (lacking(peer, theirRole, cell) ?? cell.weLack)
      const { timeout = 60_000 } = cell
      test(title, { timeout }, async ({ task, skip, onTestFinished }) => {
        const result: CellResult = { peer: peer.name, version: peer.version ?? '-', tls, role, cell: name }
        Object.assign(task.meta, { interop: reason === undefined ? result : { ...result, missing: reason } })
        if (reason !== undefined) {
          missing.push(`${title}: ${reason}`)
          skip(reason)
        }
        const scope = new Scope()
        onTestFinished(() => scope.end())
        await cell.play(new Match(peer, tls, scope))
      })
    }
  })
  afterAll(() => {
    if (peer.version === undefined)
      console.log(`${peer.name} is not installed: none of its ${missing.length} cells was played`)
    else if (missing.length > 0) console.log([`Not played with ${peer.name}:`, ...missing].join('\n  '))
  })
}

function lacking(peer: Peer, role: Role, { feature = [] }: Cell): string | undefined {
  for (const one of [feature].flat()) {
    const reason = peer.lacks(role, one)
    if (reason !== undefined) return reason
  }
  return undefined
}
