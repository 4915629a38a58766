import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * A suite and all that it imports, from the packages' sources, as one script in the shape that a platform takes:
 * `command` prints its results, `page` posts them to where it came from, `worker` answers every request with them.
 *
 * @param given plain data that the suite finds under this name
 */
export async function bundle(suite, shape, given) {
  const { outputFiles } = await build({
    stdin: {
      contents: `import suite from './suites/${suite}.ts'\n${shapes[shape]}`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'js',
    },
    bundle: true,
    write: false,
    format: shape === 'page' ? 'iife' : 'esm',
    platform: shape === 'command' ? 'node' : 'browser',
    conditions: ['@typetls/source', 'module'],
    define: { given: JSON.stringify(given) },
    external: ['cloudflare:*'],
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  })
  return outputFiles[0].text
}

/** Results are marked, so that they are found among whatever else is printed. */
export const mark = '@@results@@'

const outcome = `const outcome = () => suite().then((results) => ({ results }), (error) => ({ error: String(error?.stack ?? error) }))`

const shapes = {
  command: `${outcome}
console.log(${JSON.stringify(mark)} + JSON.stringify(await outcome()))`,
  page: `${outcome}
outcome().then((body) => fetch('/results', { method: 'POST', body: JSON.stringify(body) }))`,
  worker: `${outcome}
export default { async fetch() { return new Response(JSON.stringify(await outcome())) } }`,
}
