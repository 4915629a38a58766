import { pemCertificates, relay, TypeTls } from '@typetls/web-adapter'
import { serveSockets } from '@typetls/web-adapter/worker'
import type { WorkerSetting } from './worker-page.ts'

declare const name: string

const { relayUrl, ca } = JSON.parse(name) as WorkerSetting
serveSockets(new TypeTls({ ca: pemCertificates(ca), transport: relay(relayUrl) }))
