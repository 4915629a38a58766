import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Credential, CredentialRequest, CredentialSelector, PeerVerifier } from '@typetls/handshake'
import type { CredentialInput } from './credentials.ts'
import { credentialSelector } from './credentials.ts'
import type { TrustAnchors } from './trust.ts'
import { authorityNames, verifierFor } from './trust.ts'

/** What a server is for one name: its credentials and, if it asks clients for certificates, whose it takes. */
export interface NamedContext extends CredentialInput {
  /** In place of the server's own. */
  readonly ca?: TrustAnchors | undefined
  /** In place of what would be made of `ca`. */
  readonly verifier?: PeerVerifier | undefined
}

/** Whose certificates are taken from clients. */
export interface ClientTrust {
  readonly verifier: PeerVerifier
  /** DER of the names of authorities. */
  readonly authorities: readonly Uint8Array[]
}

/** Contexts by server name: what `addContext` of a server adds to. */
export class NamedCredentials {
  readonly #crypto: CryptoProvider
  readonly #rejectUnauthorized: boolean
  readonly #entries: { readonly pattern: RegExp; readonly context: Context }[] = []

  constructor(crypto: CryptoProvider, rejectUnauthorized: boolean) {
    this.#crypto = crypto
    this.#rejectUnauthorized = rejectUnauthorized
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /**
   * @param name a DNS name, or one with `*` for its first label
   * @throws TlsError as `credentialSelector`
   */
  add(name: string, input: NamedContext | Credential): void {
    this.#entries.unshift({ pattern: patternOf(name), context: this.#context(input) })
  }

  /**
   * Selects by the newest context for the name, else by what `ask` answers, else by `own`.
   *
   * @param trusts hears of it when the context also says whom clients may be
   */
  selector(
    own: CredentialSelector | undefined,
    ask: AskForName | undefined,
    trusts: (trust: ClientTrust) => void = () => {},
  ): CredentialSelector {
    const select = (context: Context | undefined, request: CredentialRequest): ReturnType<CredentialSelector> => {
      if (context === undefined) return own?.(request)
      if (context.trust !== undefined) trusts(context.trust)
      return context.select?.(request)
    }
    return (request) => {
      const { serverName } = request
      if (serverName === undefined) return own?.(request)
      const entry = this.#entries.find(({ pattern }) => pattern.test(serverName))
      if (entry !== undefined || ask === undefined) return select(entry?.context, request)
      return this.#asked(ask, serverName).then((context) => select(context, request))
    }
  }

  async #asked(ask: AskForName, serverName: string): Promise<Context | undefined> {
    const input = await new Promise<NamedContext | Credential | undefined>((resolve, reject) => {
      ask(serverName, (error, context) => (error == null ? resolve(context) : reject(error)))
    })
    return input == null ? undefined : this.#context(input)
  }

  #context(input: NamedContext | Credential): Context {
    if ('signer' in input) return { select: credentialSelector({ credentials: input }, this.#crypto), trust: undefined }
    const { ca, verifier } = input
    const judge = { ca, rejectUnauthorized: this.#rejectUnauthorized, skipName: true, revocation: undefined }
    const trust = {
      verifier: verifier ?? (ca === undefined ? undefined : verifierFor(judge)),
      authorities: ca === undefined ? [] : authorityNames(ca),
    }
    return {
      select: credentialSelector(input, this.#crypto),
      trust: trust.verifier === undefined ? undefined : (trust as ClientTrust),
    }
  }
}

interface Context {
  readonly select: CredentialSelector | undefined
  readonly trust: ClientTrust | undefined
}

/** The shape of node:tls's SNICallback. */
export type AskForName = (
  serverName: string,
  callback: (error: Error | null, context?: NamedContext | Credential) => void,
) => void

/** As node:tls has it: `*` stands for one label. */
function patternOf(name: string): RegExp {
  const escaped = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^.]*')
  return new RegExp(`^${escaped}$`, 'i')
}
