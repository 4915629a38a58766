// A PostgreSQL of one's own, in a temporary directory: the one that the interoperability tests play with.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { account, programs, startPostgreSql as start } from '../../interop/servers/postgresql-server.js'
import { Processes, give } from '../../interop/servers/processes.js'

export const postgreSqlHint = 'there is no PostgreSQL; on Debian: apt-get install postgresql'

export function hasPostgreSql() {
  return programs.every((program) => program.exists())
}

/**
 * @param {string} ca PEM of the root
 * @param {{ chainPem: string, privateKeyPem: string }} identity for `localhost`
 */
export async function startPostgreSql(ca, { chainPem, privateKeyPem }) {
  const directory = give(mkdtempSync(join(tmpdir(), 'typetls-postgresql-')))
  chmodSync(directory, 0o755)
  const write = (name, text) => {
    const file = join(directory, name)
    writeFileSync(file, text, { mode: 0o600 })
    return give(file)
  }
  const tls = {
    caFile: write('ca.pem', ca),
    certFile: write('cert.pem', chainPem),
    keyFile: write('key.pem', privateKeyPem),
  }
  const processes = new Processes(directory)
  // It must not outlive whoever started it: Vite, for one, ends the process by itself.
  const abandon = () => {
    processes.killAll()
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', abandon)
  const close = async () => {
    await processes.stopAll()
    process.off('exit', abandon)
    abandon()
  }
  try {
    return { ...account, port: await start({ directory, tls, processes }), close }
  } catch (error) {
    await close()
    throw error
  }
}
