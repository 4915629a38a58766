import type { Socket } from 'node:net'

/**
 * Starts the timer of `setTimeout`, which is refreshed by whatever the socket sends or receives; 0 milliseconds are none.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE`, TypeError `ERR_INVALID_ARG_TYPE` as net.Socket does
 */
export function idleTimer(socket: Socket, milliseconds: number): NodeJS.Timeout | undefined {
  checkDuration(milliseconds)
  if (milliseconds === 0) return undefined
  const timer = setTimeout(emitTimeout, Math.min(milliseconds, longestTimeout), socket)
  timer.unref()
  return timer
}

function emitTimeout(socket: Socket): void {
  socket.emit('timeout')
}

function checkDuration(milliseconds: number): void {
  if (typeof milliseconds !== 'number') {
    throw Object.assign(new TypeError(`The "msecs" argument must be of type number`), { code: 'ERR_INVALID_ARG_TYPE' })
  }
  if (milliseconds >= 0 && milliseconds < Infinity) return
  const message = `The value of "msecs" is out of range. It must be a non-negative finite number. Received ${milliseconds}`
  throw Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' })
}

/** What a timer can hold. */
const longestTimeout = 0x7fffffff
