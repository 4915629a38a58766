import type { CipherSuite, CryptoProvider, Secret } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import type { Program } from '@typetls/handshake'
import { expandLabel, wait, waitAll } from '@typetls/handshake'
import type { RecordKey } from '@typetls/record'

/** Record key and IV of a traffic secret. https://www.rfc-editor.org/rfc/rfc9846#section-7.3 */
export function* trafficKey(crypto: CryptoProvider, suite: CipherSuite, secret: Secret): Program<RecordKey> {
  const aead = required(crypto, 'aead', suite.aead)
  const hkdf = required(crypto, 'hkdf', suite.hash)
  const [iv, key] = (yield* waitAll(
    () => expandLabel(hkdf, secret, 'iv', none, aead.nonceLength),
    () => expandLabel(hkdf, secret, 'key', none, aead.keyLength),
  )) as [Secret, Secret]
  try {
    const ready = yield* wait(aead.key(key))
    return { aead: ready, iv: new Uint8Array(iv.reveal()), tagLength: aead.tagLength, recordLimit: suite.recordLimit }
  } finally {
    key.dispose()
    iv.dispose()
  }
}

const none = /* @__PURE__ */ new Uint8Array(0)
