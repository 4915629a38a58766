import type { Duplex } from 'node:stream'
import { lingerTime } from './defaults.ts'

/**
 * Ends a transport so that what was written last reaches the peer: sends what is buffered and the end, then discards
 * input until the peer ends too or `lingerTime` is over.
 *
 * @param failed a peer that has gone on sending all the while is reset: it would never learn that nobody listens
 * @param keepsAlive whether the process waits for it
 */
export function linger(stream: LingeringStream, failed: boolean, keepsAlive: boolean): void {
  if (stream.destroyed) return
  let unheard = false
  const end = (): void => {
    if (unheard && stream.resetAndDestroy !== undefined) stream.resetAndDestroy()
    else stream.destroy()
  }
  if (failed) stream.on('data', () => (unheard = true))
  whenOver(stream, end, keepsAlive)
  if (!keepsAlive) stream.unref?.()
  stream.once(stream.readableEnded ? 'finish' : 'end', () => void stream.destroy())
  stream.end()
  stream.resume()
}

/** Destroys it when `lingerTime` is over, if it still is there then. Keeps no process alive. */
export function destroyLater(stream: Duplex): void {
  whenOver(stream, () => void stream.destroy(), false)
}

/** A Duplex that may be a `net.Socket`. */
type LingeringStream = Duplex & { unref?(): unknown; resetAndDestroy?(): unknown }

function whenOver(stream: Duplex, action: () => void, keepsAlive: boolean): void {
  const timer = setTimeout(action, lingerTime)
  if (!keepsAlive) timer.unref()
  stream.once('close', () => clearTimeout(timer))
}
