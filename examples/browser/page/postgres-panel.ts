import { Client, neonConfig } from '@neondatabase/serverless'
import type { SecureSocketInfo } from '@typetls/web-adapter'
import { createSubtls } from '@typetls/web-adapter/subtls'
import { element, found, table } from './elements.ts'
import type { Settings } from './settings.ts'
import { accepted, certificatePath, negotiated, refused } from './verdict.ts'

/** The form that asks PostgreSQL, and its answer. */
export function postgresPanel({ postgreSql, relay, ca }: Settings): void {
  const form = found('postgres-form', HTMLFormElement)
  const query = found('query', HTMLTextAreaElement)
  const distrust = found('distrust', HTMLInputElement)
  const result = found('postgres-result', HTMLElement)
  const button = form.querySelector('button') as HTMLButtonElement
  query.value = firstQuery
  if (postgreSql === null) {
    button.disabled = query.disabled = true
    const hint = 'There is no PostgreSQL on the machine that serves this page. On Debian: apt-get install postgresql.'
    return result.replaceChildren(element('p', { class: 'quiet' }, hint))
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    button.disabled = true
    result.replaceChildren(element('p', { class: 'quiet' }, 'Asking …'))
    show(postgreSql, relay, distrust.checked ? '' : ca, query.value)
      .then((shown) => result.replaceChildren(...shown))
      .finally(() => {
        button.disabled = false
        result.focus()
      })
  })
}

async function show(postgreSql: string, relay: string, ca: string, query: string): Promise<HTMLElement[]> {
  let opened: Promise<SecureSocketInfo> | undefined
  // The driver of Neon speaks the protocol of PostgreSQL over any relay, and takes its TLS from us.
  neonConfig.wsProxy = relay.replace(/^wss?:\/\//, '')
  neonConfig.useSecureWebSocket = relay.startsWith('wss:')
  neonConfig.forceDisablePgSSL = false
  neonConfig.pipelineConnect = false
  neonConfig.disableWarningInBrowsers = true
  neonConfig.rootCerts = ca
  neonConfig.subtls = createSubtls({ onSocket: (socket) => void (opened = socket.opened) }) as never
  const client = new Client(postgreSql)
  // What fails is told by the call that waits for it.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { fields, rows } = await client.query<unknown[]>({ text: query, rowMode: 'array' })
    const { tls, remoteAddress } = (await opened) as SecureSocketInfo
    return [
      accepted(tls.serverName),
      element('h3', {}, 'Rows'),
      table(
        fields.map(({ name }) => name),
        rows.map((row) => row.map(String)),
      ),
      element('h3', {}, 'Negotiated'),
      negotiated(tls, remoteAddress),
      element('h3', {}, 'Certificates'),
      await certificatePath(tls),
    ]
  } catch (error) {
    return [refused(error)]
  } finally {
    await client.end().catch(() => undefined)
  }
}

const firstQuery = `select current_user, ssl.version, ssl.cipher, split_part(version(), ' ', 2) as server
from pg_stat_ssl ssl where ssl.pid = pg_backend_pid()`
