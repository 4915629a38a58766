import { createHmac } from 'node:crypto'
import type { Hmac, Listed } from '@typetls/crypto-provider'
import { plainBytes } from './plain-bytes.ts'
import { symmetricKey } from './symmetric-key.ts'

export const hmac: Listed<Hmac<'sync'>> = {
  sha1: /* @__PURE__ */ row('sha1', 20),
  sha256: /* @__PURE__ */ row('sha256', 32),
  sha384: /* @__PURE__ */ row('sha384', 48),
  sha512: /* @__PURE__ */ row('sha512', 64),
}

function row(hash: string, outputLength: number): Hmac<'sync'> {
  return {
    hash,
    outputLength,
    sign: (key, data) => plainBytes(createHmac(hash, symmetricKey(key.reveal())).update(data).digest()),
  }
}
