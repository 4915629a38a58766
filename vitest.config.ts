import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration } from 'vitest/config'

// Tests read the packages' sources, never dist/: no build is needed and none can be stale.
const source = '@typetls/source'
const conditions = [source, 'module', 'node', 'development|production']

const resolution = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [source] } },
}

const root = fileURLToPath(new URL('.', import.meta.url))

/** Tests that choose their providers themselves, or whose subject needs none: once is enough. */
const ownProviders = [
  'asynchronous',
  'defaults',
  'negative/tls12/handshake-framing',
  'new-algorithms',
  'rfc8448',
  'secrecy',
  'structure',
  'ticket-keys',
  'tls12/asynchronous',
  'tls12/corrupted-input',
  'tls12/secrecy',
  'tls12/split-input',
  'tls12/wiping',
  'webcrypto',
  'wiping',
]

/** The tests of two peers in memory once more, on another backend: packages/connection/test/backend.ts. */
function peersOn(backend: string, globalSetup: string[] = []): TestProjectInlineConfiguration {
  return {
    ...resolution,
    root,
    test: {
      name: `peers on ${backend}`,
      environment: 'node',
      include: ['packages/connection/src/**/*.test.ts'],
      exclude: ownProviders.map((name) => `packages/connection/src/${name}.test.ts`),
      env: { TYPETLS_TEST_BACKEND: backend, TYPETLS_TEST_EFFORT: '0.5' },
      globalSetup,
      testTimeout: 60_000,
    },
  }
}

export default defineConfig({
  test: {
    // Vitest leaves one processor to itself, which would be half of two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      peersOn('noble'),
      peersOn('webcrypto', ['tools/test-backends/bundle-web-crypto-worker.ts']),
      peersOn('mix'),
      {
        ...resolution,
        root,
        test: {
          name: 'packages',
          environment: 'node',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        ...resolution,
        root,
        test: {
          name: 'interop',
          environment: 'node',
          include: ['interop/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'interop/browser/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...resolution,
        root,
        test: {
          name: 'browser',
          environment: 'node',
          include: ['interop/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...resolution,
        root,
        test: {
          name: 'tools',
          environment: 'node',
          include: ['tools/**/*.test.ts', 'bench/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
