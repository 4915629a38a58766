// What the programs here use of typetls, as built. Without a build it says what to do instead of where Node looked.
const { adapter, connection, provider, tls12, x509 } = await load()

export const { connect, connectTls, createHttpsServer, createServer, systemCrypto } = adapter
export const { Session } = connection
export const {
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  cbcTls12CipherSuites,
  defaultTls12CipherSuites,
  dheCbcTls12CipherSuites,
  dhePskTls12CipherSuites,
  dheTls12CipherSuites,
  pskLegacyTls12CipherSuites,
  pskTls12CipherSuites,
  rsaTls12CipherSuites,
} = tls12
export const { Secret, cipherSuites, defaultCipherSuites, defaultSignatureSchemes, namedGroups } = provider
export const { Certificate, createCredential, createVerifier, selectCredential } = x509

async function load() {
  try {
    return {
      adapter: await import('@typetls/node-adapter'),
      connection: await import('@typetls/connection'),
      tls12: await import('@typetls/connection/tls12'),
      provider: await import('@typetls/crypto-provider'),
      x509: await import('@typetls/x509'),
    }
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    console.error(`The packages are not built: run «npm run build» first.\n(${error.message})`)
    process.exit(1)
  }
}
