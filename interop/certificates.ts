import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authority, TestCertificate, TestKeyType } from '@typetls/testing'
import { createAuthority } from '@typetls/testing'

/** A chain and its key, as values and as files for programs that want files. */
export interface Identity extends Pick<TestCertificate, 'chainPem' | 'privateKeyPem' | 'certificate'> {
  readonly certFile: string
  readonly keyFile: string
}

/** Root, intermediate, and what was issued by it: made when asked for, removed with the process. */
class Certificates {
  #files = 0
  readonly directory: string = mkdtempSync(join(tmpdir(), 'typetls-interop-'))
  readonly root: Authority = createAuthority({ name: 'interop root' })
  readonly intermediate: Authority = this.root.issueIntermediate({ name: 'interop intermediate' })
  readonly caFile: string = this.file('root.pem', this.root.pem)
  readonly intermediateFile: string = this.file('intermediate.pem', this.intermediate.pem)
  readonly #issued = new Map<string, Identity>()

  constructor() {
    process.on('exit', () => rmSync(this.directory, { recursive: true, force: true }))
  }

  get ca(): string {
    return this.root.pem
  }

  server(keyType: TestKeyType, name = 'localhost'): Identity {
    // Static RSA encrypts to the key.
    const keyUsage = keyType === 'rsa' ? (['digitalSignature', 'keyEncipherment'] as const) : undefined
    return this.#identity(`server ${keyType} ${name}`, () =>
      this.intermediate.issue({ dns: [name], keyType, ...(keyUsage && { keyUsage }) }),
    )
  }

  /** Issued by the root itself: a chain of one. */
  short(name: string): Identity {
    return this.#identity(`short ${name}`, () => this.root.issue({ dns: [name] }))
  }

  client(keyType: TestKeyType): Identity {
    return this.#identity(`client ${keyType}`, () => this.intermediate.issue({ subject: 'interop client', keyType }))
  }

  /** Issued by a root that nobody trusts. */
  stranger(): Identity {
    return this.#identity('stranger', () =>
      createAuthority({ name: 'a stranger', key: 2 }).issue({ dns: ['localhost'] }),
    )
  }

  /** A file nobody else writes to. */
  file(name: string, content: string | Uint8Array = ''): string {
    const path = join(this.directory, `${this.#files++}-${name}`)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  #identity(name: string, issue: () => TestCertificate): Identity {
    const known = this.#issued.get(name)
    if (known !== undefined) return known
    const { chainPem, privateKeyPem, certificate } = issue()
    const certFile = this.file('chain.pem', chainPem)
    const keyFile = this.file('key.pem', privateKeyPem)
    const made = { chainPem, privateKeyPem, certificate, certFile, keyFile }
    this.#issued.set(name, made)
    return made
  }
}

export const certificates: Certificates = new Certificates()
