import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { createAuthority } from '@typetls/testing'
import { onTestFinished } from 'vitest'

const root = createAuthority()
const leaf = root.issue({ dns: ['localhost', 'other.example'], ip: ['127.0.0.1'] })

/** PEM of the authority of `identity`. */
export const ca: string = root.pem
/** For `localhost`, `other.example` and 127.0.0.1. */
export const identity: { cert: string; key: string } = { cert: leaf.chainPem, key: leaf.privateKeyPem }

/** The port of a server that listens on loopback until the test is finished. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}
