import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Tests read the packages' sources, never dist/: no build is needed and none can be stale.
const source = '@typetls/source'
const conditions = [source, 'module', 'node', 'development|production']

const resolution = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [source] } },
}

const root = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  test: {
    projects: [
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
