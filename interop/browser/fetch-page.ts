import { pemCertificates } from '@typetls/web-adapter'
import { createFetch } from '@typetls/web-adapter/fetch'
import type { FetchOutcome } from './fetch-scenario.ts'
import { playFetch } from './fetch-scenario.ts'

/** Global in the page. */
export interface FetchPage {
  play(relay: string, origin: string, ca: string): Promise<FetchOutcome>
  refusal(relay: string, origin: string, ca: string): Promise<readonly (string | undefined)[]>
}

const page: FetchPage = {
  async play(relay, origin, ca) {
    const fetch = createFetch({ relay, token: 'letmein', ca: pemCertificates(ca) })
    const outcome = await playFetch(fetch, origin)
    fetch.closeIdle()
    return outcome
  },
  async refusal(relay, origin, ca) {
    try {
      await createFetch({ relay, token: 'letmein', ca: pemCertificates(ca) })(origin)
      return []
    } catch (error) {
      const { name, cause } = error as Error & { readonly cause?: { readonly code?: string } }
      return [name, cause?.code]
    }
  },
}

Object.assign(globalThis, page)
