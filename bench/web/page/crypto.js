// What @reclaimprotocol/tls and subtls import as `crypto`, in a page.
export const { crypto: webcrypto } = globalThis
