import { constants } from 'node:os'

/** What node:tls gives writes that were under way when a socket was destroyed. */
export function writeCancelled(): Error {
  const errno = -constants.errno.ECANCELED
  return Object.assign(nodeError('ECANCELED', 'write ECANCELED'), { errno, syscall: 'write' })
}

/** An error with one of Node's codes. */
export function nodeError(code: string, message: string, Kind: new (message: string) => Error = Error): Error {
  return Object.assign(new Kind(message), { code })
}
