import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { resultsOf } from './command.js'
import { start } from './program.js'

/**
 * Opens a page in a browser, and gives the results that it posts. Nobody drives the browser: it is started with the
 * address of the page, and that is all that any browser has to understand.
 */
export async function runPage(path, args, script, directory) {
  writeFileSync(join(directory, 'user.js'), firefoxPreferences)
  let posted
  const results = new Promise((resolve) => (posted = resolve))
  const server = http.createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/results') {
      let body = ''
      request.setEncoding('utf8').on('data', (text) => (body += text))
      request.on('end', () => {
        response.end()
        posted(JSON.parse(body))
      })
      return
    }
    const page = { '/': ['text/html', '<!doctype html><script src="/suite.js"></script>'] }
    const [type, body] = { ...page, '/suite.js': ['text/javascript', script] }[request.url] ?? []
    if (body === undefined) response.writeHead(404).end()
    else
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://localhost:${server.address().port}/`
  const program = start(path, [...args(directory), address], { HOME: directory })
  try {
    return resultsOf(await Promise.race([results, program.ended.then((output) => ({ error: `it ended: ${output}` }))]))
  } finally {
    program.end()
    server.close()
    server.closeAllConnections()
    await program.ended
  }
}

// The relay of given.js has a port of its own.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self' ws://127.0.0.1:*"

// Nothing but the page is to be loaded, and nothing to be asked of the network. Other browsers do not read this.
const firefoxPreferences = Object.entries({
  'app.normandy.enabled': false,
  'app.update.auto': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
})
  .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  .join('')
