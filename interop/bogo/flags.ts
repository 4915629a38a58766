/**
 * The command line of a BoringSSL test shim. A flag may apply to the first connection (`-on-initial-X`), to those that
 * resume (`-on-resume-X`), or to all. `-on-shim-X` means us and not a split handshaker, which we are not.
 */
export interface CommandLine {
  readonly initial: Flags
  readonly resume: Flags
}

export type Flags = { readonly [Name in FlagName]?: FlagValue<(typeof flagKinds)[Name]> } & {
  /** The credential of the flags before the first `-new-x509-credential`, if any of them was given. */
  readonly defaultCredential?: CredentialFlags
  readonly credentials: readonly CredentialFlags[]
}

/** Flags that belong to a credential. */
export interface CredentialFlags {
  readonly certFile?: string
  readonly keyFile?: string
  readonly signingPrefs?: readonly number[]
  readonly ocspResponse?: Uint8Array
  readonly signedCertTimestamps?: Uint8Array
  readonly mustMatchIssuer?: true
}

export type FlagName = keyof typeof flagKinds

type FlagValue<Kind> = Kind extends 'switch'
  ? true
  : Kind extends 'number'
    ? number
    : Kind extends 'text'
      ? string
      : Kind extends 'bytes'
        ? Uint8Array
        : readonly number[]

/** @throws UnknownFlag for a flag that we do not implement: the runner counts the test as unimplemented */
export function parseFlags(args: readonly string[]): CommandLine {
  const initial = new Values()
  const resume = new Values()
  for (let at = 0; at < args.length; at++) {
    const { targets, name } = targetOf(args[at] as string, initial, resume)
    const credentialKind = credentialKinds[name]
    const kind = credentialKind ?? (flagKinds as Readonly<Record<string, Kind>>)[name]
    if (kind === undefined) throw new UnknownFlag(name)
    const value = kind === 'switch' ? undefined : args[++at]
    for (const target of targets) target.set(name, kind, value, credentialKind !== undefined)
  }
  return { initial: initial.flags(), resume: resume.flags() }
}

export class UnknownFlag extends Error {
  constructor(name: string) {
    super(`no such flag: -${name}`)
  }
}

function targetOf(flag: string, initial: Values, resume: Values): { targets: Values[]; name: string } {
  const own = flag.replace(/^--?/, '').replace(/^on-shim-/, '')
  const prefixed = /^on-(initial|resume|retry)-(.+)$/.exec(own)
  if (prefixed === null) return { targets: [initial, resume], name: own }
  // What follows a rejection of early data: we never offer any.
  const targets = { initial: [initial], resume: [resume], retry: [] }[prefixed[1] as 'initial' | 'resume' | 'retry']
  return { targets, name: prefixed[2] as string }
}

class Values {
  readonly #values: Record<string, unknown> = {}
  readonly #credentials: Record<string, unknown>[] = []
  #default: Record<string, unknown> | undefined

  set(name: string, kind: Kind, argument: string | undefined, ofCredential: boolean): void {
    if (name === 'new-x509-credential') {
      this.#credentials.push({})
      return
    }
    const place = ofCredential ? (this.#credentials.at(-1) ?? (this.#default ??= {})) : this.#values
    const key = ofCredential ? camelCase(name) : name
    place[key] = read(kind, argument, place[key])
  }

  flags(): Flags {
    return {
      ...this.#values,
      credentials: this.#credentials,
      ...(this.#default !== undefined && { defaultCredential: this.#default }),
    } as Flags
  }
}

function read(kind: Kind, argument: string | undefined, before: unknown): unknown {
  if (kind === 'switch') return true
  if (argument === undefined) throw new Error('a flag lacks its argument')
  switch (kind) {
    case 'number':
      return Number(argument)
    case 'text':
      return argument
    case 'bytes':
      return new Uint8Array(Buffer.from(argument, 'base64'))
    case 'numbers':
      return [...((before as number[] | undefined) ?? []), Number(argument)]
  }
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

type Kind = 'switch' | 'number' | 'text' | 'bytes' | 'numbers'

const credentialKinds: Readonly<Record<string, Kind>> = {
  'new-x509-credential': 'switch',
  'cert-file': 'text',
  'key-file': 'text',
  'signing-prefs': 'numbers',
  'ocsp-response': 'bytes',
  'signed-cert-timestamps': 'bytes',
  'must-match-issuer': 'switch',
}

const flagKinds = {
  // The process
  port: 'number',
  ipv6: 'switch',
  'shim-id': 'number',
  server: 'switch',
  'resume-count': 'number',
  'is-handshaker-supported': 'switch',
  'write-settings': 'text',

  // Versions, suites, groups, signatures
  'min-version': 'number',
  'max-version': 'number',
  'no-tls13': 'switch',
  'no-tls12': 'switch',
  'no-tls11': 'switch',
  'no-tls1': 'switch',
  'expect-version': 'number',
  cipher: 'text',
  'expect-cipher': 'number',
  'expect-cipher-aes': 'number',
  'expect-cipher-no-aes': 'number',
  'server-preference': 'switch',
  'fallback-scsv': 'switch',
  'no-legacy-server-connect': 'switch',
  curves: 'numbers',
  'curves-flags': 'numbers',
  'key-shares': 'numbers',
  'no-key-shares': 'switch',
  'server-supported-groups-hint': 'numbers',
  'expect-curve-id': 'number',
  'expect-hrr': 'switch',
  'expect-no-hrr': 'switch',
  'verify-prefs': 'numbers',
  'expect-peer-verify-pref': 'numbers',
  'expect-peer-signature-algorithm': 'number',
  'enable-grease': 'switch',
  'permute-extensions': 'switch',

  // Certificates
  'trust-cert': 'text',
  'expect-selected-credential': 'number',
  'require-any-client-certificate': 'switch',
  'verify-peer': 'switch',
  'verify-fail': 'switch',
  'expect-verify-result': 'switch',
  'use-custom-verify-callback': 'switch',
  'reverify-on-resume': 'switch',
  'use-client-ca-list': 'text',
  'expect-client-ca-list': 'text',
  'expect-certificate-types': 'bytes',
  'expect-peer-cert-file': 'text',
  'expect-no-peer-cert': 'switch',
  'use-old-client-cert-callback': 'switch',
  'fail-cert-callback': 'switch',
  'use-early-callback': 'switch',
  'fail-early-callback': 'switch',
  'max-cert-list': 'number',
  'expect-ocsp-response': 'bytes',
  'enable-ocsp-stapling': 'switch',
  'use-ocsp-callback': 'switch',
  'set-ocsp-in-callback': 'switch',
  'decline-ocsp-callback': 'switch',
  'fail-ocsp-callback': 'switch',
  'expect-signed-cert-timestamps': 'bytes',
  'enable-signed-cert-timestamps': 'switch',

  // Pre-shared keys of TLS 1.2
  psk: 'text',
  'psk-identity': 'text',

  // Resumption
  'no-ticket': 'switch',
  'expect-session-miss': 'switch',
  'expect-no-session': 'switch',
  'expect-session-id': 'switch',
  'expect-no-session-id': 'switch',
  'expect-ticket-renewal': 'switch',
  'resumption-delay': 'number',
  'expect-ticket-age-skew': 'number',
  'expect-extended-master-secret': 'switch',
  'expect-early-data-reason': 'text',
  'resumption-across-names-enabled': 'switch',
  'expect-resumable-across-names': 'switch',
  'expect-not-resumable-across-names': 'switch',

  // ALPN, SNI
  'advertise-alpn': 'text',
  'select-alpn': 'text',
  'expect-alpn': 'text',
  'expect-advertised-alpn': 'text',
  'decline-alpn': 'switch',
  'reject-alpn': 'switch',
  'select-empty-alpn': 'switch',
  'allow-unknown-alpn-protos': 'switch',
  'host-name': 'text',
  'expect-server-name': 'text',
  'expect-no-server-name': 'switch',
  'no-server-name-ack': 'switch',
  'srtp-profiles': 'text',

  // The shape of input and output
  async: 'switch',
  'implicit-handshake': 'switch',
  'shim-writes-first': 'switch',
  'shim-initial-write': 'text',
  'read-with-unfinished-write': 'switch',
  'shim-shuts-down': 'switch',
  'check-close-notify': 'switch',
  'send-alert': 'switch',
  'read-size': 'number',
  'max-send-fragment': 'number',
  'key-update': 'switch',
  'no-op-extra-handshake': 'switch',
  'expect-msg-callback': 'text',

  // Renegotiation
  'renegotiate-freely': 'switch',
  'renegotiate-once': 'switch',
  'renegotiate-ignore': 'switch',
  'renegotiate-explicit': 'switch',
  'forbid-renegotiation-after-handshake': 'switch',
  'expect-total-renegotiations': 'number',
  'expect-secure-renegotiation': 'switch',
  'expect-no-secure-renegotiation': 'switch',

  // Exporters
  'export-keying-material': 'number',
  'export-label': 'text',
  'export-context': 'text',
  'use-export-context': 'switch',
  'export-traffic-secrets': 'switch',
  'tls-unique': 'switch',
  'use-exporter-between-reads': 'switch',
} as const satisfies Readonly<Record<string, Kind>>
