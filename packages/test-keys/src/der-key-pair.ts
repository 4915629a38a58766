import { generateKeyPairSync } from 'node:crypto'

/** A new key of node:crypto's `type`, as SPKI and PKCS#8. */
export function derKeyPair(type: string, options: Readonly<Record<string, unknown>> = {}): DerKeyPair {
  const { publicKey, privateKey } = (generateKeyPairSync as unknown as GenerateDer)(type, { ...options, ...encoding })
  return { publicKey: new Uint8Array(publicKey), privateKey: new Uint8Array(privateKey) }
}

export interface DerKeyPair {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

export function pemOf(pkcs8: Uint8Array): string {
  return `-----BEGIN PRIVATE KEY-----\n${Buffer.from(pkcs8).toString('base64')}\n-----END PRIVATE KEY-----\n`
}

type GenerateDer = (type: string, options: object) => { publicKey: Buffer; privateKey: Buffer }

// Exporting afterwards can deadlock in Node 20, as packages/crypto-node/src/montgomery.ts says.
const encoding = {
  publicKeyEncoding: { format: 'der', type: 'spki' },
  privateKeyEncoding: { format: 'der', type: 'pkcs8' },
}
