import { createHash } from 'node:crypto'

/** What every server here serves: big enough to take many records, and any damage shows. */
export const page = Buffer.from(
  Array.from({ length: 4096 }, (_, line) => `line ${line} of the page that the main job fetches\n`).join(''),
)

export const path = '/page.txt'

/** @throws Error unless these are the bytes of the page */
export function checkPage(body) {
  if (page.equals(body)) return
  const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  throw new Error(`the page came damaged: ${body.length} bytes (${digest(body)}), not ${page.length} (${digest(page)})`)
}
