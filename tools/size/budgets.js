// What a user pays for an import: minified and brotli-compressed, dependencies included, `node:` modules not.
// Raise a limit only together with the reason, in the commit that needs it.

/**
 * @typedef {object} Budget
 * @property {string} name
 * @property {string} code the module a user would write; it resolves every package of the workspace
 * @property {string} limit
 * @property {RegExp[]} absentFiles files of which not a byte may be in the bundle, by path from the workspace root
 * @property {RegExp[]} absentText what must not be in the bundle, comments and own names before minifying
 */

/** @type {Budget[]} */
export const budgets = [
  {
    name: 'wire: one codec',
    code: `export { uint16 } from '@typetls/wire'`,
    limit: '3 kB',
    absentFiles: [outside('wire')],
    absentText: [],
  },
  {
    name: 'wire: everything',
    code: `export * from '@typetls/wire'`,
    limit: '12 kB',
    absentFiles: [outside('wire')],
    absentText: [],
  },
  {
    name: 'crypto-provider: everything',
    code: `export * from '@typetls/crypto-provider'`,
    limit: '15 kB',
    absentFiles: [outside('wire', 'crypto-provider')],
    absentText: [],
  },
  {
    name: 'record: everything',
    code: `export * from '@typetls/record'`,
    limit: '20 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'record')],
    absentText: [],
  },
  {
    name: 'x509: everything',
    code: `export * from '@typetls/x509'`,
    limit: '60 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'x509')],
    absentText: [],
  },
  {
    name: 'handshake: everything',
    code: `export * from '@typetls/handshake'`,
    limit: '40 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'handshake')],
    absentText: [],
  },
  {
    name: 'connection: everything',
    code: `export * from '@typetls/connection'`,
    limit: '60 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'handshake', 'record', 'connection')],
    absentText: [],
  },
]

function outside(...packages) {
  return new RegExp(`^packages/(?!(${packages.join('|')})/)`)
}
