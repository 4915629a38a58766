import type { Duplex } from 'node:stream'
import { lingerTime } from './defaults.ts'

/**
 * Ends a transport so that what was written last reaches the peer: sends what is buffered and the end, then discards
 * input until the peer ends too or `lingerTime` is over. Keeps no process alive.
 */
export function linger(stream: Duplex): void {
  if (stream.destroyed) return
  destroyLater(stream)
  const { unref } = stream as { unref?: () => void }
  if (typeof unref === 'function') unref.call(stream)
  stream.once(stream.readableEnded ? 'finish' : 'end', () => destroy(stream))
  stream.end()
  stream.resume()
}

/** Destroys it when `lingerTime` is over, if it still is there then. */
export function destroyLater(stream: Duplex): void {
  const timer = setTimeout(destroy, lingerTime, stream)
  timer.unref()
  stream.once('close', () => clearTimeout(timer))
}

function destroy(stream: Duplex): void {
  stream.destroy()
}
