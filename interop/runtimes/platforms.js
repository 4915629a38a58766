import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from './command.js'
import { runPage } from './page.js'
import { runWorker } from './worker.js'

/**
 * Where the suites run. Versions are those of npm packages, or what an installed browser says of itself.
 * `shape` is how the script gets its results out, `isNode` whether it has node:crypto as Node itself has it.
 */
export const platforms = [
  node('20.20.2'),
  node('22.23.3'),
  node('24.21.0'),
  node('26.10.0'),
  fromNpm('deno', 'deno@2.9.6', ['run', '--quiet', '--allow-net=127.0.0.1', '--allow-env']),
  fromNpm('bun', 'bun@1.4.5', ['run']),
  {
    name: 'workerd',
    version: () => '1.20261117.1',
    shape: 'worker',
    run: (script, directory) => runWorker('workerd@1.20261117.1', script, directory),
  },
  browser('chromium', ['chromium', 'chromium-browser', 'google-chrome'], (directory) => [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--no-proxy-server',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--user-data-dir=${directory}`,
  ]),
  browser('firefox', ['firefox', 'firefox-esr'], (directory) => ['--headless', '--no-remote', '--profile', directory]),
]

function node(version) {
  return { ...fromNpm(`node${version.split('.')[0]}`, `node@${version}`, []), isNode: true }
}

function fromNpm(name, specifier, args) {
  return {
    name,
    version: () => specifier.slice(specifier.indexOf('@') + 1),
    shape: 'command',
    run: (script, directory) => runCommand(specifier, args, script, directory),
  }
}

function browser(name, commands, args) {
  const path = onPath(commands)
  return {
    name,
    version() {
      if (path === undefined) return '(not installed)'
      const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
      return /[\d.]+/.exec(stdout)?.[0] ?? stdout.trim()
    },
    shape: 'page',
    run(script, directory) {
      if (path === undefined) throw new Error(`there is no ${commands.join(' or ')} on the PATH`)
      return runPage(path, args, script, directory)
    },
  }
}

function onPath(commands) {
  for (const command of commands) {
    for (const directory of (process.env.PATH ?? '').split(delimiter)) {
      try {
        accessSync(join(directory, command), constants.X_OK)
        return join(directory, command)
      } catch {
        // Not there.
      }
    }
  }
  return undefined
}
