import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Credential, CredentialRequest, CredentialSelector } from '@typetls/handshake'
import type { CredentialInput } from './credentials.ts'
import { credentialSelector } from './credentials.ts'

/** Credentials by server name: what `addContext` of a server adds to. */
export class NamedCredentials {
  readonly #crypto: CryptoProvider
  readonly #entries: { readonly pattern: RegExp; readonly select: CredentialSelector }[] = []

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto
  }

  /**
   * @param name a DNS name, or one with `*` for its first label
   * @throws TlsError as `credentialSelector`
   */
  add(name: string, input: CredentialInput | Credential): void {
    const select = this.#selector(input)
    if (select !== undefined) this.#entries.unshift({ pattern: patternOf(name), select })
  }

  /** The newest entry for the name, else what `ask` answers, else `own`. */
  select(
    request: CredentialRequest,
    own: CredentialSelector | undefined,
    ask: AskForName | undefined,
  ): ReturnType<CredentialSelector> {
    const { serverName } = request
    if (serverName !== undefined) {
      const entry = this.#entries.find(({ pattern }) => pattern.test(serverName))
      if (entry !== undefined) return entry.select(request)
      if (ask !== undefined) return this.#asked(ask, serverName, request, own)
    }
    return own?.(request)
  }

  async #asked(
    ask: AskForName,
    serverName: string,
    request: CredentialRequest,
    own: CredentialSelector | undefined,
  ): Promise<Credential | undefined> {
    const input = await new Promise<CredentialInput | Credential | undefined>((resolve, reject) => {
      ask(serverName, (error, context) => (error == null ? resolve(context) : reject(error)))
    })
    const select = input == null ? own : this.#selector(input)
    return select?.(request)
  }

  #selector(input: CredentialInput | Credential): CredentialSelector | undefined {
    return credentialSelector('signer' in input ? { credentials: input } : input, this.#crypto)
  }
}

/** The shape of node:tls's SNICallback. */
export type AskForName = (
  serverName: string,
  callback: (error: Error | null, context?: CredentialInput | Credential) => void,
) => void

/** As node:tls has it: `*` stands for one label. */
function patternOf(name: string): RegExp {
  const escaped = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^.]*')
  return new RegExp(`^${escaped}$`, 'i')
}
