import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

/** A browser that is installed on this machine. */
export interface InstalledBrowser {
  readonly path: string
  /** As it tells of itself. */
  readonly version: string
}

/** The first Chromium on the `PATH`, by any of its names. */
export function findChromium(): InstalledBrowser | undefined {
  for (const name of commands) {
    for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(directory, name)
      if (isExecutable(path)) return { path, version: versionOf(path) }
    }
  }
  return undefined
}

/** Starts it without a window and with a profile that nobody used, which goes away when it is closed. */
export function launch({ path }: InstalledBrowser): Promise<Browser> {
  return chromium.launch({ executablePath: path, headless: true, chromiumSandbox: false, args: [...flags] })
}

/** A name that leads to this machine and is not `localhost`: what comes from it over HTTP is no secure context. */
export const insecureHost = 'insecure.test'

export const commands: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome']

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function versionOf(path: string): string {
  const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return error?.message ?? stdout.trim()
}

// Nothing but the page is to be loaded, and nothing to be asked of the network.
const flags = [
  '--headless=new',
  '--no-sandbox', // it refuses to run as root otherwise, and needs user namespaces that containers lack
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`,
]
