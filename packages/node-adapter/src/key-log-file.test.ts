import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { connectedPair } from '../test/loopback.ts'
import { keyLogFile } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'typetls-keylog-'))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

test('secrets are appended to the file of SSLKEYLOGFILE, for its owner only', async () => {
  const file = join(directory, 'keys')
  vi.stubEnv('SSLKEYLOGFILE', file)
  await connectedPair({ client: { keyLog: keyLogFile() } })
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual([
    'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
    'CLIENT_TRAFFIC_SECRET_0',
    'EXPORTER_SECRET',
    'SERVER_HANDSHAKE_TRAFFIC_SECRET',
    'SERVER_TRAFFIC_SECRET_0',
  ])
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('without a path nothing is logged', () => {
  vi.stubEnv('SSLKEYLOGFILE', '')
  expect(keyLogFile()).toBeUndefined()
})
