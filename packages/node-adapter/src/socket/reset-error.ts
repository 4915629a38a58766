import type { SocketSetup } from './socket-setup.ts'

/**
 * What node:tls says when the transport ends before the handshake does: programs test for this code to retry, and log
 * where it was to go. The cause is ours.
 */
export function resetBeforeSecure(
  { role, destination }: Pick<SocketSetup, 'role' | 'destination'>,
  cause: Error | undefined,
): Error {
  const message =
    role === 'client'
      ? 'Client network socket disconnected before secure TLS connection was established'
      : 'socket hang up'
  const error = new Error(message, cause === undefined ? undefined : { cause })
  return Object.assign(error, { code: 'ECONNRESET', ...destination })
}
