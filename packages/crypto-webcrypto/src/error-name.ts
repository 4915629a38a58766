/** The name of what a platform rejects with: a DOMException such as `OperationError`, perhaps of another realm. */
export function errorName(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined
}
