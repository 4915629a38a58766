// Starts what the page needs, and Vite, which serves the page: `npm run example:browser`, then open the URL it prints.
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { postgreSqlHint } from './postgresql.js'
import { startServices } from './services.js'
import { viteConfig } from './vite.config.js'

const { values } = parseArgs({ options: { port: { type: 'string', default: '5173' } } })

const services = await startServices()
const vite = await createServer({
  ...viteConfig(services.settings),
  server: { host: 'localhost', port: Number(values.port) },
})
await vite.listen()
console.log(`The page:    ${vite.resolvedUrls.local[0]}`)
console.log(`The relay:   ${services.settings.relay}`)
for (const { label, url } of services.settings.servers) console.log(`${`${label}:`.padEnd(22)} ${url}`)
console.log(services.settings.postgreSql ?? `No query: ${postgreSqlHint}`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await vite.close()
    await services.close()
  })
}
