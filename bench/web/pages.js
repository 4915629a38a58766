import { once } from 'node:events'
import http from 'node:http'
import { bundle } from './bundle.js'
import { stacks } from './stacks.js'

/** Serves a page for each stack, by its name, and one for ours in a worker. → its address, and how to end it */
export async function servePages() {
  const scripts = new Map()
  const inWorker = { name: 'typetls in a worker', page: 'in-worker.js' }
  for (const { name, page } of [...stacks, inWorker]) {
    const code = `
      import * as stack from './page/${page}'
      import { install } from './page/bench.js'
      install(stack)`
    scripts.set(`/${encodeURIComponent(name)}.js`, await bundle(code))
  }
  for (const worker of ['server', 'client-worker']) {
    scripts.set(`/${worker}.js`, await bundle(`import './page/${worker}.js'`))
  }
  const server = http.createServer((request, response) => {
    const script = scripts.get(request.url)
    if (script !== undefined) return response.setHeader('content-type', 'text/javascript').end(script)
    if (!scripts.has(`${request.url}.js`)) return response.writeHead(404).end()
    const html = `<!doctype html><title>bench</title><script type="module" src="${request.url}.js"></script>`
    return response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    addressOf: (name) => `http://127.0.0.1:${server.address().port}/${encodeURIComponent(name)}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
