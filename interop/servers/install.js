import { spawnSync } from 'node:child_process'

/**
 * Installs what the servers need and is not there. Where systemd runs, Debian starts some of them as services; ours have
 * ports and directories of their own.
 *
 * @returns {string | undefined} why nothing could be installed
 */
export function install(servers) {
  const lacking = servers.filter(({ programs }) => programs.some((program) => !program.exists()))
  const packages = [...new Set(lacking.flatMap((server) => server.packages))]
  if (packages.length === 0) return undefined
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'there is no apt-get'
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (root.length > 0 && spawnSync('sudo', ['-n', 'true']).status !== 0) return 'neither root nor sudo'
  const started = performance.now()
  run([...root, 'apt-get', 'update', '-q'])
  // No services where invoke-rc.d has a say; and should the machine crash now, what was unpacked may be lost.
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'DPKG_FORCE=unsafe-io']
  run([...root, ...environment, 'apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages])
  console.log(`installed ${packages.join(' ')} in ${Math.round((performance.now() - started) / 1000)} s`)
  return undefined
}

function run([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 240_000 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${status})\n${stdout}${stderr}`)
}
