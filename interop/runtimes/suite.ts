/** What is run on every platform: plain modules, bundled into one script. Its default export is one of these. */
export type Suite = () => Promise<readonly SuiteResult[]>

/** Plain data: it comes back as JSON. */
export interface SuiteResult {
  /** What was looked at, such as a backend. */
  readonly name: string
  readonly passed: boolean
  /** A few words for the table. */
  readonly summary: string
  /** Everything there is to say, for whoever asks, and when it did not pass. Lines end in `\n`. */
  readonly details: string
}
