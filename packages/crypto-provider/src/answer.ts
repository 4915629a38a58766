/** Whether a backend answers at once or may answer later. */
export type Mode = 'sync' | 'async'

/** What a function of a provider returns: the value itself when sync, the value or a promise of it when async. */
export type Answer<M extends Mode, T> = M extends 'sync' ? T : T | PromiseLike<T>

export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
