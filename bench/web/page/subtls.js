import { LazyReadFunctionReadQueue, startTls, TrustedCert } from 'subtls'

let roots

export async function ready({ ca }) {
  roots = await TrustedCert.databaseFromPEM(ca)
}

export async function connect({ readable, writable }, { name }) {
  const reader = readable.getReader()
  const writer = writable.getWriter()
  const queue = new LazyReadFunctionReadQueue(async () => (await reader.read()).value)
  const { read, write } = await startTls(
    name,
    roots,
    (bytes, mode) => queue.read(bytes, mode),
    (bytes) => void writer.write(bytes),
  )
  return {
    write,
    read,
    async close() {
      await reader.cancel()
      await writer.close()
    },
  }
}
