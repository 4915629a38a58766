/** What OpenSSL calls a cipher suite: the IANA name for TLS 1.3, its own for older ones. */
export function opensslSuite(name: string): string {
  const parts = /^TLS_(?:(?<exchange>\w+)_)?WITH_(?<rest>\w+)$/.exec(name)?.groups
  if (parts === undefined) return name
  const { exchange = '', rest = '' } = parts
  const cipher = rest
    .replace(/^CHACHA20_POLY1305_SHA256$/, 'CHACHA20_POLY1305')
    .replace(/AES_(\d+)/, 'AES$1')
    .replace('CCM_8', 'CCM8')
    .replace(/_CBC(?=_)/, /PSK/.test(exchange) ? '$&' : '')
  const prefix = exchange === 'RSA' ? '' : `${exchange}_`
  return `${prefix}${cipher}`.replaceAll('_', '-')
}

/** Whether a suite is one of TLS 1.2, by its IANA name. */
export function isTls12(name: string): boolean {
  return name.includes('_WITH_')
}
