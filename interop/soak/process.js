import { setTimeout as delay } from 'node:timers/promises'

/** Bytes that are held when everything collectable was collected. Needs --expose-gc. */
export async function memoryAfterCollection() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc()
    await delay(50)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** What would have ended the process. */
export function tellFailures(tell) {
  process.on('uncaughtException', (error) => tell(`uncaught: ${error.stack}`))
  process.on('unhandledRejection', (error) => tell(`unhandled rejection: ${error?.stack ?? error}`))
}
