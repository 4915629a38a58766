/** Where a relay connects to. */
export interface Target {
  readonly hostname: string
  readonly port: number
}

/**
 * `host:port` as a target, IPv6 addresses in brackets; a port alone is none. `undefined` for anything else.
 */
export function parseTarget(text: string): Target | undefined {
  const [, address, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(text) ?? []
  const hostname = (address ?? name)?.toLowerCase()
  const port = Number(digits)
  return hostname === undefined || port < 1 || port > 65_535 ? undefined : { hostname, port }
}

/**
 * Whether a target is one of these: `host:port`, with `*` for any port and `*.` before a name for any name below it.
 *
 * @throws RangeError for an entry that is none of that
 */
export function allowList(entries: readonly string[]): (target: Target) => boolean {
  const rules = entries.map(ruleOf)
  return (target) => rules.some((rule) => rule(target))
}

function ruleOf(entry: string): (target: Target) => boolean {
  const [, below, host, port] = /^(\*\.)?(.+):(\*|\d{1,5})$/.exec(entry.toLowerCase()) ?? []
  const parsed = host === undefined ? undefined : parseTarget(`${host}:${port === '*' ? 1 : port}`)
  if (parsed === undefined) throw new RangeError(`not host:port: ${JSON.stringify(entry)}`)
  return ({ hostname, port: wanted }) =>
    (port === '*' || wanted === parsed.port) &&
    (below === undefined ? hostname === parsed.hostname : hostname.endsWith(`.${parsed.hostname}`))
}
