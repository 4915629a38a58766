/** An error with one of Node's codes. */
export function nodeError(code: string, message: string, Kind: new (message: string) => Error = Error): Error {
  return Object.assign(new Kind(message), { code })
}
