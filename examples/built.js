// What the programs here use of typetls, as built. Without a build it says what to do instead of where Node looked.
const { adapter, connection, provider, x509 } = await load()

export const { connect, connectTls, createHttpsServer, createServer, systemCrypto } = adapter
export const { Session } = connection
export const { Secret, cipherSuites, defaultCipherSuites, defaultSignatureSchemes, namedGroups } = provider
export const { Certificate, createCredential, createVerifier, selectCredential } = x509

async function load() {
  try {
    return {
      adapter: await import('@typetls/node-adapter'),
      connection: await import('@typetls/connection'),
      provider: await import('@typetls/crypto-provider'),
      x509: await import('@typetls/x509'),
    }
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    console.error(`The packages are not built: run «npm run build» first.\n(${error.message})`)
    process.exit(1)
  }
}
