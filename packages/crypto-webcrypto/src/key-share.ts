import { disposedKey } from '@typetls/crypto-provider'
import type { KeyExchangeStart, Secret } from '@typetls/crypto-provider'
import type { Algorithm, Key, KeyPair, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

/** A key share of ours, and the private key behind it, which never leaves the platform. */
export interface OwnKeyShare {
  readonly share: Uint8Array
  readonly privateKey: Key
}

export async function ownKeyShare(
  subtle: Subtle,
  algorithm: Algorithm,
  usage: string,
  format: string,
): Promise<OwnKeyShare> {
  const { publicKey, privateKey } = (await platformCall(subtle, 'generateKey', algorithm, false, [usage])) as KeyPair
  return {
    share: new Uint8Array((await platformCall(subtle, 'exportKey', format, publicKey)) as ArrayBuffer),
    privateKey,
  }
}

/** The client's side of a key exchange that sent `own`, until the server's share comes. */
export function keyExchangeStart(
  { share, privateKey }: OwnKeyShare,
  finish: (privateKey: Key, serverShare: Uint8Array) => Promise<Secret>,
): KeyExchangeStart<'async'> {
  let key: Key | undefined = privateKey
  return {
    share,
    async finish(serverShare) {
      if (key === undefined) throw disposedKey()
      return finish(key, serverShare)
    },
    dispose() {
      key = undefined
    },
  }
}
