import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mark } from './bundle.js'
import { startPackage } from './program.js'

/** Runs a script by a program from an npm package, and gives its results. */
export async function runCommand(specifier, args, script, directory) {
  const file = join(directory, 'suite.mjs')
  writeFileSync(file, script)
  const program = startPackage(specifier, [...args, file], { NODE_NO_WARNINGS: '1' })
  const output = await program.ended
  const line = output.split('\n').find((one) => one.startsWith(mark))
  if (line === undefined) throw new Error(`it ended without results\n${output}`)
  return resultsOf(JSON.parse(line.slice(mark.length)))
}

/** What a script tells, or throws if it is an error. */
export function resultsOf({ results, error }) {
  if (error !== undefined) throw new Error(error)
  return results
}
