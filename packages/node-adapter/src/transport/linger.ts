import type { Duplex } from 'node:stream'
import { lingerLength, lingerTime, pauseBeforeEnd } from '../defaults.ts'

/**
 * Ends a transport so that what was written last reaches the peer: sends what is buffered and the end, then discards
 * input until the peer ends too or `lingerTime` is over. What it sends beyond `lingerLength` is left unread.
 *
 * @param failed the end waits for a moment: a peer that floods us meanwhile is reset, though not before it could read our
 *   alert. Behind an end nothing of the kind would reach it.
 * @param keepsAlive whether the process waits for it
 */
export function linger(stream: LingeringStream, failed: boolean, keepsAlive: boolean): void {
  if (stream.destroyed) return
  closeLater(stream, keepsAlive)
  if (!keepsAlive) stream.unref?.()
  stream.once(stream.readableEnded ? 'finish' : 'end', () => void stream.destroy())
  left.set(stream, lingerLength)
  stream.on('data', (bytes: Uint8Array) => {
    if (!discards(stream, bytes.length)) stream.pause()
  })
  stream.resume()
  if (failed && stream.resetAndDestroy !== undefined) setTimeout(endOrReset, pauseBeforeEnd, stream, lingerLength)
  else stream.end()
}

/** Whether a transport that lingers may read on, having discarded so many bytes more. */
export function discards(stream: Duplex, length: number): boolean {
  const rest = (left.get(stream) ?? lingerLength) - length
  left.set(stream, rest)
  return rest >= 0
}

const left = /* @__PURE__ */ new WeakMap<Duplex, number>()

/** Destroys it when `lingerTime` is over, if it still is there then. Keeps no process alive. */
export function destroyLater(stream: Duplex): void {
  closeLater(stream, false)
}

/** A Duplex that may be a `net.Socket`. */
type LingeringStream = Duplex & { unref?(): unknown; resetAndDestroy?(): unknown }

/** @param before how much more could be discarded when it was last looked at */
function endOrReset(stream: LingeringStream, before: number): void {
  if (stream.destroyed) return
  const now = left.get(stream) ?? lingerLength
  if (now >= 0) {
    // While it sends there may be more to come.
    if (now < before) setTimeout(endOrReset, pauseBeforeEnd, stream, now)
    else stream.end()
    return
  }
  try {
    stream.resetAndDestroy?.()
  } catch {
    // Only TCP has resets.
    stream.destroy()
  }
}

function closeLater(stream: Duplex, keepsAlive: boolean): void {
  const timer = setTimeout(() => void stream.destroy(), lingerTime)
  if (!keepsAlive) timer.unref()
  stream.once('close', () => clearTimeout(timer))
}
