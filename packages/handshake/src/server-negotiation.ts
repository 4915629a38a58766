import { TLS_FALLBACK_SCSV } from './downgrade.ts'
import type { CipherSuite, KeyExchange } from '@typetls/crypto-provider'
import type { Codec, Empty, ExtensionBlock } from '@typetls/wire'
import { TlsError, decode, equalBytes, extensionBlock } from '@typetls/wire'
import type { ClientHello, HelloWith } from './messages/client-hello.ts'
import { clientHelloStruct } from './messages/client-hello.ts'
import { ExtensionType } from './messages/extension-type.ts'
import type { KeyShareEntry } from './messages/extensions.ts'
import type { ServerParameters } from './parameters.ts'
import { askNow } from './program.ts'
import { checkRecordSizeLimit } from './record-size-limit.ts'
import { missingExtension } from './wrong-extension.ts'

/** What every TLS 1.3 ClientHello must be, whatever we then choose. https://www.rfc-editor.org/rfc/rfc9846#section-9.2 */
export function checkClientHello(hello: ClientHello): void {
  const { extensions } = hello
  // https://www.rfc-editor.org/rfc/rfc9846#appendix-D.5: SSL 3.0 is refused whatever else is offered.
  if (!offersTls13(hello)) {
    checkFallback(hello)
    throw new TlsError('ERR_TLS_VERSION', 'the client does not offer TLS 1.3', {
      expected: [0x0304],
      received: extensions.supported_versions ?? [hello.legacyVersion],
    })
  }
  if (hello.legacyCompressionMethods.length !== 1 || hello.legacyCompressionMethods[0] !== 0) {
    throw new TlsError('ERR_TLS_COMPRESSION', 'a TLS 1.3 client offers exactly the null compression', {
      path: 'ClientHello.legacyCompressionMethods',
      expected: [0],
      received: hello.legacyCompressionMethods,
    })
  }
  const { supported_groups: groups, key_share: shares } = extensions
  if (extensions.pre_shared_key === undefined) {
    if (extensions.signature_algorithms === undefined) throw missingExtension('ClientHello', 'signature_algorithms')
    if (groups === undefined) throw missingExtension('ClientHello', 'supported_groups')
  }
  if (groups !== undefined && shares === undefined) throw missingExtension('ClientHello', 'key_share')
  if (shares !== undefined && groups === undefined) throw missingExtension('ClientHello', 'supported_groups')
  checkShares(groups ?? [], shares ?? [])
  if (extensions.record_size_limit !== undefined) checkRecordSizeLimit(extensions.record_size_limit)
}

/** SSL 3.0 in legacy_version is refused, whatever else is offered. */
export function offersTls13({ legacyVersion, extensions }: ClientHello): boolean {
  return legacyVersion > 0x0300 && extensions.supported_versions?.includes(0x0304) === true
}

/** Who says that it tries an older version again was kept from TLS 1.3. https://www.rfc-editor.org/rfc/rfc7507#section-3 */
function checkFallback(hello: ClientHello): void {
  if (hello.cipherSuites.includes(TLS_FALLBACK_SCSV)) {
    throw new TlsError('ERR_TLS_FALLBACK', 'the client falls back to an older version, though we have TLS 1.3')
  }
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8 */
function checkShares(groups: readonly number[], shares: readonly KeyShareEntry[]): void {
  const seen = new Set<number>()
  for (const { group } of shares) {
    if (seen.has(group)) {
      throw new TlsError('ERR_TLS_DUPLICATE_KEY_SHARE', 'two key shares for one group', { received: group })
    }
    seen.add(group)
    if (!groups.includes(group)) {
      throw new TlsError('ERR_TLS_WRONG_KEY_SHARE', 'a key share for a group that supported_groups does not list', {
        expected: groups,
        received: group,
      })
    }
  }
}

/**
 * Suites of both sides, in the order of whoever's preference counts. Never empty.
 *
 * @param ours most wanted first; of those that are wanted equally the client decides
 */
export function commonSuites<Suite extends Pick<CipherSuite, 'id' | 'name'>>(
  ours: readonly (readonly Suite[])[],
  { cipherSuites: theirs }: ClientHello,
  { cipherPreference }: ServerParameters,
): readonly Suite[] {
  const groups = cipherPreference === 'server' ? ours : [ours.flat()]
  const common = groups.flatMap((group) =>
    group
      .filter(({ id }) => theirs.includes(id))
      .sort((one, other) => theirs.indexOf(one.id) - theirs.indexOf(other.id)),
  )
  if (common.length === 0) {
    throw new TlsError('ERR_TLS_NO_SHARED_CIPHER', 'the client offers no cipher suite of ours', {
      expected: ours.flat().map((row) => row.name),
      received: theirs,
    })
  }
  return common
}

/**
 * Our most wanted group that the client sent a share for, or the most wanted one it lists: then `share` is missing and
 * a HelloRetryRequest must ask for it.
 */
export function chooseGroup(
  parameters: ServerParameters,
  hello: ClientHello,
): { readonly group: KeyExchange; readonly share: Uint8Array | undefined } {
  const { supported_groups: listed = [], key_share: shares = [] } = hello.extensions
  const common = parameters.groups.filter((group) => listed.includes(group.id))
  const shareOf = ({ id }: KeyExchange): Uint8Array | undefined =>
    shares.find((entry) => entry.group === id)?.keyExchange
  const { selectGroup } = parameters
  const group =
    selectGroup === undefined
      ? (common.find((one) => shareOf(one) !== undefined) ?? common[0])
      : selectedGroup(common, listed, (one) => shareOf(one) !== undefined, selectGroup)
  if (group === undefined) {
    throw new TlsError('ERR_TLS_NO_SHARED_GROUP', 'the client lists no group of ours', {
      expected: parameters.groups.map((row) => row.name),
      received: listed,
    })
  }
  return { group, share: shareOf(group) }
}

function selectedGroup(
  common: readonly KeyExchange[],
  listed: readonly number[],
  hasShare: (group: KeyExchange) => boolean,
  select: NonNullable<ServerParameters['selectGroup']>,
): KeyExchange | undefined {
  const offered = listed.flatMap((id) => common.find((group) => group.id === id) ?? [])
  const chosen = askNow('ERR_TLS_CALLBACK', 'selectGroup', () =>
    select(offered.map((group) => ({ name: group.name, hasShare: hasShare(group) }))),
  )
  return common.find(({ name }) => name === chosen)
}

/** A client that sends a session id wants a TLS 1.2 look. https://www.rfc-editor.org/rfc/rfc9846#appendix-E.4 */
export function asksForChangeCipherSpec(parameters: ServerParameters, hello: ClientHello): boolean {
  return parameters.alwaysChangeCipherSpec || hello.legacySessionId.length > 0
}

/** https://www.rfc-editor.org/rfc/rfc7301#section-3.2 */
export function chooseApplicationProtocol(parameters: ServerParameters, hello: ClientHello): string | undefined {
  const offered = hello.extensions.application_layer_protocol_negotiation
  const { applicationProtocols: ours, selectApplicationProtocol: select } = parameters
  if (offered === undefined || (ours.length === 0 && select === undefined)) return undefined
  const chosen =
    select === undefined
      ? ours.find((name) => offered.includes(name))
      : askNow('ERR_TLS_CALLBACK', 'selectApplicationProtocol', () => select(offered, hello.extensions.server_name))
  if (chosen === undefined || !offered.includes(chosen)) {
    throw new TlsError('ERR_TLS_NO_APPLICATION_PROTOCOL', 'the client offers no application protocol of ours', {
      expected: ours,
      received: offered,
    })
  }
  return chosen
}

/**
 * The second ClientHello is the first but for what a HelloRetryRequest changes.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2
 */
export function checkSecondHello(first: Uint8Array, second: Uint8Array): void {
  const a = decode(RawClientHello, first.subarray(4))
  const b = decode(RawClientHello, second.subarray(4))
  const same =
    a.legacyVersion === b.legacyVersion &&
    equalBytes(a.random, b.random) &&
    equalBytes(a.legacySessionId, b.legacySessionId) &&
    equalNumbers(a.cipherSuites, b.cipherSuites) &&
    equalNumbers(a.legacyCompressionMethods, b.legacyCompressionMethods)
  const kept = (hello: typeof a) => (hello.extensions.unknown ?? []).filter(({ type }) => !changeable.includes(type))
  const before = kept(a)
  const after = kept(b)
  const sameExtensions =
    before.length === after.length &&
    before.every((one, i) => one.type === after[i]?.type && equalBytes(one.data, after[i]?.data))
  if (!same || !sameExtensions) {
    throw new TlsError('ERR_TLS_SECOND_CLIENT_HELLO', 'the second ClientHello changes what must stay the same')
  }
}

function equalNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

/** The message with every extension kept as bytes, for comparing two of them. */
const RawClientHello: Codec<HelloWith<ExtensionBlock<Empty>>> = /* @__PURE__ */ clientHelloStruct(
  extensionBlock<Empty>(ExtensionType, {}, { optional: true }),
)

const { key_share, early_data, cookie, pre_shared_key, padding } = ExtensionType.ids
const changeable: readonly number[] = [key_share, early_data, cookie, pre_shared_key, padding]
