import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ldapSecureConnection } from '@typetls/node-adapter/agents'
import { register } from '@typetls/node-adapter/register'
import { Client } from 'ldapts'
import { freePort, give } from './processes.js'
import { Program } from './program.js'

const slapd = new Program('slapd')

export default {
  name: 'OpenLDAP',
  packages: ['slapd'],
  programs: [slapd],

  async start({ directory, tls, processes }) {
    const data = join(directory, 'data')
    mkdirSync(data)
    give(data)
    const config = join(directory, 'slapd.conf')
    writeFileSync(
      config,
      `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${join(directory, 'pid')}
TLSCACertificateFile ${tls.caFile}
TLSCertificateFile ${tls.certFile}
TLSCertificateKeyFile ${tls.keyFile}
security simple_bind=128
database mdb
suffix "dc=example,dc=org"
rootdn "cn=admin,dc=example,dc=org"
rootpw secret
directory ${data}
`,
    )
    const [plain, secure] = [await freePort(), await freePort()]
    const urls = `ldap://127.0.0.1:${plain}/ ldaps://127.0.0.1:${secure}/`
    await processes.serve(slapd, ['-d', '0', '-f', config, '-h', urls], [plain, secure])
    return { plain, secure }
  },

  checks: [
    [
      'ldapts',
      'ldapSecureConnection: ldaps:, with GnuTLS on the other side',
      async ({ secure, tls }) => {
        const client = new Client({
          url: `ldaps://localhost:${secure}`,
          createSecureConnection: ldapSecureConnection({ ca: tls.ca }),
        })
        await client.bind('cn=admin,dc=example,dc=org', 'secret')
        await client.add('dc=example,dc=org', {
          objectClass: ['dcObject', 'organization'],
          dc: 'example',
          o: 'x'.repeat(60_000),
        })
        const { searchEntries } = await client.search('dc=example,dc=org', { filter: '(dc=example)' })
        assert.equal(searchEntries[0].o.length, 60_000)
        await client.unbind()
      },
    ],
    [
      'ldapts',
      'ldapSecureConnection: StartTLS, which verifies the host that was dialled',
      async ({ plain, tls }) => {
        const createSecureConnection = ldapSecureConnection({ ca: tls.ca })
        const client = new Client({ url: `ldap://localhost:${plain}`, createSecureConnection })
        await assert.rejects(client.bind('cn=admin,dc=example,dc=org', 'secret'), {
          name: 'ConfidentialityRequiredError',
        })
        await client.startTLS()
        await client.bind('cn=admin,dc=example,dc=org', 'secret')
        await client.unbind()
      },
    ],
    [
      'ldapts',
      'ldapSecureConnection: an unknown authority is refused',
      ({ plain }) => {
        const createSecureConnection = ldapSecureConnection({ ca: [] })
        const client = new Client({ url: `ldap://localhost:${plain}`, createSecureConnection })
        return assert.rejects(client.startTLS(), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
      },
    ],
    [
      'ldapts',
      'register: its own tlsOptions, in TLS 1.2',
      async ({ secure, tls }) => {
        register({ callers: ['ldapts'], tls: { maxVersion: 'TLSv1.2' } })
        const client = new Client({ url: `ldaps://localhost:${secure}`, tlsOptions: { ca: tls.ca } })
        await client.bind('cn=admin,dc=example,dc=org', 'secret')
        assert.equal(client.socket.getProtocol(), 'TLSv1.2')
        assert.ok(client.socket.facts, 'the socket is ours')
        await client.unbind()
      },
    ],
  ],
}
