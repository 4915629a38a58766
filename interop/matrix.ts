import { afterAll, describe, test } from 'vitest'
import { cells } from './cells.ts'
import { Scope } from './child.ts'
import type { Peer } from './peer.ts'

/** What a cell says of itself to whoever reads the results of a run. */
export interface CellResult {
  readonly peer: string
  readonly version: string
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
      const title = cell.role === 'client' ? `our client: ${cell.name}` : `our server: ${cell.name}`
      const theirRole = cell.role === 'client' ? 'server' : 'client'
      const reason =
        peer.version === undefined
          ? `${peer.name} is not installed`
          : (peer.lacks(theirRole, cell.feature ?? 'nothing') ?? cell.weLack)
      const { timeout = 60_000 } = cell
      test(title, { timeout }, async ({ task, skip, onTestFinished }) => {
        const { name, role } = cell
        const result: CellResult = { peer: peer.name, version: peer.version ?? '-', role, cell: name }
        Object.assign(task.meta, { interop: reason === undefined ? result : { ...result, missing: reason } })
        if (reason !== undefined) {
          missing.push(`${title}: ${reason}`)
          skip(reason)
        }
        const scope = new Scope()
        onTestFinished(() => scope.end())
        await cell.play(peer, scope)
      })
    }
  })
  afterAll(() => {
    if (peer.version === undefined)
      console.log(`${peer.name} is not installed: none of its ${missing.length} cells was played`)
    else if (missing.length > 0) console.log([`Not played with ${peer.name}:`, ...missing].join('\n  '))
  })
}
