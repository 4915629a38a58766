import type { HandshakeTypeName } from '@typetls/testing'
import { handshakeMessage } from '@typetls/testing'
import type { ClientScript } from './scripted-client.ts'
import { scriptedClient } from './scripted-client.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import type { ServerScript } from './scripted-server.ts'
import { scriptedServer } from './scripted-server.ts'

export type Role = 'client' | 'server'

/** How far a handshake is: nothing has come yet, handshake keys are on, or application keys are. */
export type Stage = 'hello' | 'handshake' | 'connected'

/** For tests of both: a client and a server under test. */
export const roles: readonly Role[] = ['client', 'server']

export const stages: readonly Stage[] = ['hello', 'handshake', 'connected']

/** Both roles at each of some stages, for `test.each`. */
export function everyRole(...at: readonly Stage[]): [Role, Stage][] {
  return roles.flatMap((role) => at.map((stage): [Role, Stage] => [role, stage]))
}

/** A message that may come next. */
const nextMessage: Readonly<Record<Role, Readonly<Record<Stage, HandshakeTypeName>>>> = {
  client: { hello: 'server_hello', handshake: 'encrypted_extensions', connected: 'new_session_ticket' },
  server: { hello: 'client_hello', handshake: 'finished', connected: 'key_update' },
}

/** The start of a message that may come next: its header, which announces one byte. */
export function halfMessage(role: Role, stage: Stage): Uint8Array {
  return handshakeMessage(nextMessage[role][stage], new Uint8Array(), 1).raw
}

/** The scripted peer of a connection of this role, which got as far as the stage without a fault. */
export function against(
  role: Role,
  stage: Stage,
  script: { client?: ClientScript; server?: ServerScript } = {},
): ScriptedPeer {
  if (role === 'client') {
    const server = scriptedServer(script.server)
    if (stage === 'hello') return server
    return stage === 'handshake' ? server.until('encrypted_extensions') : server.play()
  }
  const client = scriptedClient(script.client)
  if (stage === 'hello') return client
  return stage === 'handshake' ? client.until('finished') : client.play()
}
