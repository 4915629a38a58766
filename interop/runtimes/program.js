import { spawn } from 'node:child_process'

/** How long a platform may take, download and all. */
const patience = 600_000

/**
 * Starts a program by the name of the npm package that it is from. Which package is said outright: npx would otherwise
 * go by the one that it was told to run us from.
 *
 * @param {string} specifier as `deno@2.9.6`
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env]
 */
export function startPackage(specifier, args, env = {}) {
  return start('npx', ['-y', '--package', specifier, '--', specifier.split('@')[0], ...args], env)
}

/**
 * Starts a program with children of its own. `ended` is what it printed, when it ended; `end` ends all of them.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 */
export function start(command, args, env) {
  const windows = process.platform === 'win32'
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !windows,
    shell: windows,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const end = () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    if (windows) child.kill()
    else process.kill(-child.pid, 'SIGKILL')
  }
  const timer = setTimeout(end, patience)
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(`${command}: ${error.message}`))
    child.on('close', () => resolve(output))
  }).finally(() => clearTimeout(timer))
  return { ended, end }
}
