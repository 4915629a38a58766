import type { WorkerLike, WorkerScope } from '../src/worker/index.ts'

/** A worker in the same thread: what is posted comes later, and as a copy. */
export interface FakeWorker {
  readonly worker: WorkerLike
  readonly scope: WorkerScope
  /** What `'error'` of the worker tells. */
  throw(message: string): void
  /** From now on nothing goes either way. */
  hang(): void
  terminated(): boolean
}

export function fakeWorker(): FakeWorker {
  const inPage: ((event: unknown) => void)[] = []
  const onError: ((event: unknown) => void)[] = []
  const inWorker: Parameters<WorkerScope['addEventListener']>[1][] = []
  let terminated = false
  let hanging = false
  const later = (run: () => void): void =>
    void setTimeout(() => {
      if (!hanging) run()
    }, 0)
  return {
    worker: {
      postMessage(message, ports) {
        const data: unknown = structuredClone(message)
        later(() => inWorker.forEach((listener) => listener({ data, ports: ports as object[] })))
      },
      addEventListener: (type, listener) => void (type === 'error' ? onError : inPage).push(listener),
      terminate: () => (terminated = true),
    },
    scope: {
      postMessage(message) {
        const data: unknown = structuredClone(message)
        later(() => inPage.forEach((listener) => listener({ data })))
      },
      addEventListener: (_type, listener) => void inWorker.push(listener),
    },
    throw: (message) => onError.forEach((listener) => listener({ message })),
    hang: () => (hanging = true),
    terminated: () => terminated,
  }
}
