import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import '../built.js'

// After built.js, which tells what is wrong when there is no build.
const { createAuthority } = await import('@typetls/testing')

/**
 * A root, an intermediate, and certificates for `localhost` under it, as values and as files for programs that want
 * files. The directory is the caller's to remove.
 */
export function makeCertificates() {
  const directory = mkdtempSync(join(tmpdir(), 'typetls-main-job-'))
  const root = createAuthority({ name: 'main job root' })
  const intermediate = root.issueIntermediate({ name: 'main job intermediate' })
  const file = (name, content) => {
    const path = join(directory, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  const issue = (keyType) => {
    const { chainPem, privateKeyPem } = intermediate.issue({ dns: ['localhost'], keyType })
    return {
      cert: chainPem,
      key: privateKeyPem,
      certFile: file(`${keyType}.pem`, chainPem),
      keyFile: file(`${keyType}.key`, privateKeyPem),
    }
  }
  return {
    directory,
    ca: root.pem,
    caFile: file('root.pem', root.pem),
    file,
    ecdsa: issue('ec-secp256r1'),
    rsa: issue('rsa'),
    ed25519: issue('ed25519'),
  }
}
