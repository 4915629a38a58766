import { TlsError } from '@typetls/wire'
import type { Mode } from './answer.ts'
import type { CryptoProvider } from './provider.ts'

/** What the parts of a provider in mode `M` may be. */
export type PartMode<M extends Mode> = M extends 'sync' ? 'sync' : Mode

/** Some algorithms of a provider, list by list. A plain object of this shape is a part; `pick` makes one by names. */
export type ProviderPart<M extends Mode = Mode> = Partial<Pick<CryptoProvider<M>, ListName | 'finiteField'>> & {
  readonly name?: string
}

/**
 * `base` with the algorithms of `parts` added; of two with one name, the later wins. Random bytes and private keys stay
 * the base's, so a signature algorithm taken from elsewhere verifies, but signs only with keys of where it came from.
 *
 * A `'sync'` base takes only `'sync'` parts; an `'async'` one takes both, as answering at once is a way of answering.
 */
export function compose<M extends Mode>(
  base: CryptoProvider<M>,
  ...parts: readonly ProviderPart<PartMode<NoInfer<M>>>[]
): CryptoProvider<M> {
  return { ...base, ...merged<M>([base, ...parts]), ...finiteFieldOf<M>([base, ...parts]) }
}

/** As `compose`, but the base wins: what it has already is not replaced. */
export function complete<M extends Mode>(
  base: CryptoProvider<M>,
  ...parts: readonly ProviderPart<PartMode<NoInfer<M>>>[]
): CryptoProvider<M> {
  const { name } = merged<M>([base, ...parts])
  return { ...base, ...merged<M>([...parts, base]), ...finiteFieldOf<M>([...parts, base]), name }
}

/**
 * The algorithms of `provider` with these names, from every list that has them: `sha256` is a hash, an HMAC and an HKDF.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) for a name that is in none of its lists
 */
export function pick<M extends Mode>(provider: CryptoProvider<M>, names: readonly string[]): ProviderPart<M> {
  const found = new Set<string>()
  const part: Record<string, Record<string, unknown>> = {}
  for (const list of listNames) {
    const picked: Record<string, unknown> = {}
    for (const name of names) {
      const algorithm = provider[list][name]
      if (algorithm === undefined) continue
      picked[name] = algorithm
      found.add(name)
    }
    part[list] = picked
  }
  const missing = names.filter((name) => !found.has(name))
  if (missing.length > 0) {
    throw new TlsError('ERR_TLS_UNSUPPORTED', `${provider.name} has no ${missing.join(', ')}`, { received: missing })
  }
  return { name: provider.name, ...(part as Omit<ProviderPart<M>, 'name'>) }
}

/** The last one's. */
function finiteFieldOf<M extends Mode>(parts: readonly ProviderPart[]): Pick<CryptoProvider<M>, 'finiteField'> {
  const last = parts.findLast((part) => part.finiteField !== undefined)
  return last === undefined ? {} : { finiteField: last.finiteField }
}

function merged<M extends Mode>(parts: readonly ProviderPart[]): MergedLists<M> {
  const lists: Record<string, Record<string, unknown>> = {}
  for (const list of listNames) lists[list] = Object.assign({}, ...parts.map((part) => part[list]))
  const names = parts.map((part) => part.name).filter((name) => name !== undefined)
  return { ...(lists as Omit<MergedLists<M>, 'name'>), name: [...new Set(names)].join(' + ') }
}

type MergedLists<M extends Mode> = Pick<CryptoProvider<M>, ListName | 'name'>

type ListName = 'hash' | 'hmac' | 'hkdf' | 'aead' | 'cbc' | 'keyExchange' | 'signature' | 'keyTransport'

const listNames: readonly ListName[] = [
  'hash',
  'hmac',
  'hkdf',
  'aead',
  'cbc',
  'keyExchange',
  'signature',
  'keyTransport',
]
