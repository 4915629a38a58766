import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const directory = fileURLToPath(new URL('.', import.meta.url))

/** A script for browsers of this code and all that it imports, minified. All stacks are bundled like this. */
export async function bundle(code, format = 'esm') {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: directory, sourcefile: 'user.js' },
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    target: 'es2022',
    minify: true,
    alias: { crypto: fileURLToPath(new URL('page/crypto.js', import.meta.url)) },
    external: [...builtinModules.filter((name) => name !== 'crypto'), 'node:*'],
    legalComments: 'none',
    logLevel: 'error',
  })
  return outputFiles[0].contents
}
