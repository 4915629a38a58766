/** What `services.js` started, for this page. */
export interface Settings {
  readonly relay: string
  /** PEM of the root that this page trusts. */
  readonly ca: string
  readonly servers: readonly { readonly id: string; readonly label: string; readonly url: string }[]
  /** A connection string; `null` where there is no PostgreSQL. */
  readonly postgreSql: string | null
}

/** @param base URL of the page or of a script that Vite has put beside it */
export async function loadSettings(base: string): Promise<Settings> {
  const response = await fetch(new URL('/settings.json', base))
  return (await response.json()) as Settings
}
