import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '@typetls/testing'

/** An authority, a certificate for `localhost` and 127.0.0.1, and one for a client, also as files for the server. */
export function certificates(directory) {
  const root = createAuthority({ name: 'typetls interop' })
  const leaf = root.issue({ dns: ['localhost'], ip: ['127.0.0.1'] })
  const client = root.issue({ subject: 'client' })
  const write = (name, text) => {
    const file = join(directory, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }
  return {
    ca: root.pem,
    client: { cert: client.chainPem, key: client.privateKeyPem },
    caFile: write('ca.pem', root.pem),
    certFile: write('cert.pem', leaf.chainPem),
    keyFile: write('key.pem', leaf.privateKeyPem),
  }
}
