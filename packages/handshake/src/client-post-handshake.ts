import type { HandshakeMessageType } from './messages/handshake-message.ts'
import type { PostHandshakeResult } from './post-handshake.ts'
import { PostHandshake } from './post-handshake.ts'
import type { Program } from './program.ts'

/** After the handshake of a client that keeps no tickets: it asks for none, and ignores what comes all the same. */
export class ClientPostHandshake extends PostHandshake {
  override get expected(): readonly HandshakeMessageType[] {
    return ticketOrKeyUpdate
  }

  protected override *answer(): Program<PostHandshakeResult> {
    return undefined
  }
}

const ticketOrKeyUpdate = ['new_session_ticket', 'key_update'] as const
