/** Why a relay closes a WebSocket: codes from the range for applications, so that a page can tell. */
export const closeCodes = {
  /** The client broke the protocol. */
  protocol: 4400,
  /** No token, or a wrong one. */
  unauthorized: 4401,
  /** The target is not on the list, or the origin is not. */
  forbidden: 4403,
  /** No target, or none that can be read. */
  target: 4404,
  /** Nothing went either way for too long. */
  idle: 4408,
  /** Too many connections. */
  limit: 4429,
  /** The target could not be reached, or ended the connection by a reset. */
  unreachable: 4502,
} as const

export type CloseReason = keyof typeof closeCodes
