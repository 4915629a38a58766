import { TlsError } from '@typetls/wire'

/** The TlsError that a function throws; any other exception goes through. */
export function thrownBy(act: () => unknown): TlsError | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof TlsError) return error
    throw error
  }
}
