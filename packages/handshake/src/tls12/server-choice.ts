import type { SignatureScheme } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { knownSchemes } from '../authenticate.ts'
import type { Credential, CredentialRequest } from '../credential.ts'
import type { Handshake } from '../handshake.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import type { ServerParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import { ask } from '../program.ts'
import { authenticationOfScheme, curveOf, fittingScheme } from './authenticate.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'

/** What a server answers with. */
export interface Choice {
  readonly suite: Tls12CipherSuite
  /** `undefined` with a PSK. */
  readonly credential: Credential | undefined
  /** What signs the ServerKeyExchange, if it is signed. */
  readonly scheme: SignatureScheme | undefined
}

/**
 * Suite and certificate, which must go together.
 *
 * @param suites those of both sides, most wanted first
 * @param forwardSecrecyFirst whether a key that signs is preferred to one that decrypts, whatever the order of the
 *   suites: the former makes the connection forward secret
 */
export function* chooseSuite(
  hs: Handshake,
  parameters: ServerParameters,
  hello: ClientHello,
  protocol: string | undefined,
  suites: readonly Tls12CipherSuite[],
  forwardSecrecyFirst: boolean,
): Program<Choice> {
  const usable = suites.filter((row) => row.keyExchange.usableWith(hs, hello))
  const [first] = usable
  if (first === undefined) {
    throw new TlsError('ERR_TLS_NO_SHARED_GROUP', 'the client lists no group of ours for any common cipher suite', {
      expected: parameters.groups.map((row) => row.name),
      received: hello.extensions.supported_groups,
    })
  }
  if (first.authentication === undefined) return withoutCertificate(first)
  const request = {
    role: 'server',
    version: 'TLSv1.2',
    serverName: hello.extensions.server_name,
    applicationProtocol: protocol,
    certificateAuthorities: [],
    groups: listedGroups(hs, hello),
    clientHello: hello,
  } as const
  function* select(more: Pick<CredentialRequest, 'signatureSchemes' | 'keyUse'>): Program<Credential | undefined> {
    return yield* ask('ERR_TLS_CALLBACK', 'the credential selector', () =>
      parameters.credentials?.({ ...request, ...more }),
    )
  }

  let refusal: TlsError | undefined
  for (const run of runsOf(usable, forwardSecrecyFirst)) {
    if (run[0]?.keyExchange.keyUse === 'decrypting') {
      const credential = yield* select({ signatureSchemes: [], keyUse: 'decrypting' })
      if (credential?.decrypter !== undefined) return { suite: run[0], credential, scheme: undefined }
      continue
    }
    const signatureSchemes = knownSchemes(
      hello.extensions.signature_algorithms ?? assumed,
      parameters.signingSchemes,
    ).filter((scheme) => run.some((row) => row.authentication === authenticationOfScheme(scheme)))
    const credential = yield* select({ signatureSchemes })
    const choice = credential && chooseSigning(credential, { ...request, signatureSchemes }, run)
    if (choice !== undefined && !(choice instanceof TlsError)) return choice
    refusal = choice ?? refusal
  }
  const shared = usable.find((row) => row.authentication === undefined)
  if (shared !== undefined) return withoutCertificate(shared)
  throw (
    refusal ??
    new TlsError('ERR_TLS_NO_CREDENTIAL', 'we have no certificate for this client', {
      received: hello.extensions.server_name,
    })
  )
}

/** Suites that need the same of the key of a certificate, next to each other; those that sign all in front, or not. */
function runsOf(
  suites: readonly Tls12CipherSuite[],
  forwardSecrecyFirst: boolean,
): readonly (readonly Tls12CipherSuite[])[] {
  const certified = suites.filter((row) => row.authentication !== undefined)
  const signs = (row: Tls12CipherSuite): boolean => row.keyExchange.keyUse === 'signing'
  const ordered = forwardSecrecyFirst
    ? [...certified.filter(signs), ...certified.filter((row) => !signs(row))]
    : certified
  const runs: Tls12CipherSuite[][] = []
  for (const row of ordered) {
    const last = runs.at(-1)
    if (last?.[0]?.keyExchange.keyUse === row.keyExchange.keyUse) last.push(row)
    else runs.push([row])
  }
  return runs
}

/** By name, as far as the provider knows them. */
function listedGroups({ crypto }: Handshake, { extensions }: ClientHello): readonly string[] | undefined {
  const listed = extensions.supported_groups
  return listed && Object.values(crypto.keyExchange).flatMap((row) => (row && listed.includes(row.id) ? row.name : []))
}

function chooseSigning(
  credential: Credential,
  { signatureSchemes: accepted, groups }: CredentialRequest,
  suites: readonly Tls12CipherSuite[],
): Choice | TlsError {
  const scheme = fittingScheme(credential, accepted)
  if (scheme === undefined) {
    return new TlsError(
      'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME',
      'the client accepts no signature scheme of our certificate',
      { expected: accepted.map((row) => row.name), received: credential.signer.schemes.map((row) => row.name) },
    )
  }
  // "the public key in the server's certificate MUST respect the client's choice of elliptic curves"
  const curve = curveOf(credential.signer.keyType)
  if (curve !== undefined && groups?.includes(curve) === false) {
    return new TlsError(
      'ERR_TLS_CERTIFICATE_CURVE',
      `the client does not list ${curve}, the curve of our certificate`,
      {
        expected: groups,
        received: curve,
      },
    )
  }
  const kind = authenticationOfScheme(scheme)
  const suite = suites.find((row) => row.authentication === kind)
  if (suite !== undefined) return { suite, credential, scheme }
  return new TlsError('ERR_TLS_NO_SHARED_CIPHER', `no common cipher suite goes with our ${kind} certificate`, {
    expected: kind,
    received: suites.map((row) => row.name),
  })
}

function withoutCertificate(suite: Tls12CipherSuite): Choice {
  return { suite, credential: undefined, scheme: undefined }
}

/**
 * What a client is taken to accept that lists nothing: rsa_pkcs1_sha1 and ecdsa_sha1, which only those have who hand in
 * such rows. https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.4.1
 */
const assumed: readonly number[] = [0x0201, 0x0203]
