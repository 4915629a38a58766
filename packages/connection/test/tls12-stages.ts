import type { HandshakeTypeName } from '@typetls/testing'
import { handshakeMessage } from '@typetls/testing'
import type { Role } from './stages.ts'
import type { Tls12ClientScript } from './tls12-scripted-client.ts'
import { tls12ScriptedClient } from './tls12-scripted-client.ts'
import type { Tls12ScriptedPeer } from './tls12-scripted-peer.ts'
import type { Tls12ServerScript } from './tls12-scripted-server.ts'
import { tls12ScriptedServer } from './tls12-scripted-server.ts'

/** How far a handshake is: nothing has come, messages in plaintext come, Finished is due under keys, or all is done. */
export type Tls12Stage = 'hello' | 'flight' | 'finished' | 'connected'

export const tls12Stages: readonly Tls12Stage[] = ['hello', 'flight', 'finished', 'connected']

/** Both roles at each of some stages, for `test.each`. */
export function everyTls12Role(...at: readonly Tls12Stage[]): [Role, Tls12Stage][] {
  return (['client', 'server'] as const).flatMap((role) => at.map((stage): [Role, Tls12Stage] => [role, stage]))
}

/** A message that may come next. */
const nextMessage: Readonly<Record<Role, Readonly<Record<Tls12Stage, HandshakeTypeName>>>> = {
  client: { hello: 'server_hello', flight: 'certificate', finished: 'finished', connected: 'hello_request' },
  server: { hello: 'client_hello', flight: 'client_key_exchange', finished: 'finished', connected: 'client_hello' },
}

/** The start of a message that may come next: its header, which announces one byte. */
export function halfTls12Message(role: Role, stage: Tls12Stage): Uint8Array {
  return handshakeMessage(nextMessage[role][stage], new Uint8Array(), 1).raw
}

/** The scripted peer of a connection of this role, which got as far as the stage without a fault. */
export function tls12Against(
  role: Role,
  stage: Tls12Stage,
  script: { client?: Tls12ClientScript; server?: Tls12ServerScript } = {},
): Tls12ScriptedPeer {
  const peer = role === 'client' ? tls12ScriptedServer(script.server) : tls12ScriptedClient(script.client)
  if (stage === 'hello') return peer
  if (stage === 'flight') return peer.until(nextMessage[role].flight)
  return stage === 'finished' ? peer.until('finished') : peer.play()
}
