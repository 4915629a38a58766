// Bundles every entry of budgets.js for a neutral platform, refuses what must be absent, and leaves the bundles in
// .results/bundles for size-limit to weigh.
import { mkdirSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { budgets } from './budgets.js'
import { bundlePath, root } from './bundle-path.js'

rmSync(fileURLToPath(new URL('.results/bundles/', root)), { recursive: true, force: true })
mkdirSync(fileURLToPath(new URL('.results/bundles/', root)), { recursive: true })

for (const budget of budgets) {
  const complaints = await bundle(budget).catch((error) => [error.message])
  for (const complaint of complaints) console.error(`${budget.name}: ${complaint}`)
  if (complaints.length > 0) process.exitCode = 1
}

async function bundle({ name, code, absentFiles, absentText }) {
  const options = {
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('examples/', root)), sourcefile: 'user.js' },
    absWorkingDir: fileURLToPath(root),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: [...builtinModules, 'node:*'],
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
  }
  const minified = await build({ ...options, minify: true, outfile: fileURLToPath(bundlePath(name)) })
  const readable = await build({ ...options, write: false })
  const [output] = Object.values(minified.metafile.outputs)
  const files = Object.keys(output.inputs).filter((file) => output.inputs[file].bytesInOutput > 0)
  const text = readable.outputFiles[0].text
  return [
    ...absentFiles.flatMap((pattern) => files.filter((file) => pattern.test(file)).map((file) => `holds ${file}`)),
    ...absentText.filter((pattern) => pattern.test(text)).map((pattern) => `holds ${pattern}`),
  ]
}
