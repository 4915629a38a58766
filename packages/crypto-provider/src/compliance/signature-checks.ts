import { ascii, concat, equalBytes, fromHex, toHex } from '@typetls/wire'
import type { CryptoProvider, KeyType, PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.ts'
import { signatureSchemes } from '../signature-schemes.ts'
import { flipped, made, plain, same, sameNumber, shown } from './bytes-in-words.ts'
import { otherWritings } from './other-writings.ts'
import { describeError, refused } from './probe.ts'
import type { Verdict, Probe } from './probe.ts'
import { shortSalt, signatureVectors } from './signature-vectors.ts'
import type { SignatureVector } from './signature-vectors.ts'
import type { TestKey } from './test-keys.ts'

/** What is looked at of a signature algorithm. */
export interface SignatureCheck {
  readonly provider: CryptoProvider
  readonly name: string
  readonly algorithm: SignatureAlgorithm
  readonly reference: SignatureAlgorithm | undefined
  /** Its private keys are another backend's. */
  readonly verifiesOnly: boolean
  /** Kinds of keys that the provider leaves out. */
  readonly withoutKeys: ReadonlySet<KeyType>
  /** All there are; those without an SPKI have got one. */
  readonly keys: readonly TestKey[]
  /** Kinds of keys that `importPrivateKey` takes. */
  readonly importable: ReadonlySet<KeyType>
}

export async function checkSignature(probe: Probe, check: SignatureCheck): Promise<void> {
  const { name, algorithm } = check
  const { keys } = check
  const fitting = keys.filter((key) => fits(name, key.keyType) && !check.withoutKeys.has(key.keyType))

  await probe.check('the row says its name', name, () =>
    algorithm.name === name ? undefined : `its name is ${algorithm.name}`,
  )

  for (const key of fitting) {
    for (const vector of await vectorsOf(check, key)) await checkVector(probe, check, key, vector)
    if (!check.verifiesOnly) await checkSigning(probe, check, key)
  }
  for (const key of keys.filter((one) => !fits(name, one.keyType))) await checkUnfit(probe, check, key)

  await probe.check('signing with a key of another provider is refused', 'an object that is no key', () => {
    const foreign: PrivateKey = { keyType: fitting[0]?.keyType ?? 'rsa', spki: undefined, dispose() {} }
    return refused('ERR_TLS_CRYPTO', () => algorithm.sign(foreign, ascii('data')))
  })
}

function fits(algorithm: string, keyType: KeyType): boolean {
  return signatureSchemes.some((row) => row.algorithm === algorithm && row.keyType === keyType)
}

/** Those of the algorithm that a key of this type can have made: RSA and RSASSA-PSS keys make the same signatures. */
async function vectorsOf(check: SignatureCheck, key: TestKey): Promise<SignatureVector[]> {
  const { name, provider, algorithm } = check
  const maker = key.keyType === 'rsa-pss' ? 'rsa' : key.keyType
  const known = signatureVectors.filter((vector) => vector.algorithm === name && vector.keyType === maker)
  if (known.length > 0 || !check.importable.has(key.keyType)) return known
  // Too long to be written here: one of its own.
  const own = await provider.importPrivateKey(key.pkcs8)
  const signature = await algorithm.sign(own, ascii('sample'))
  return [{ algorithm: name, keyType: key.keyType, data: toHex(ascii('sample')), signature: toHex(signature) }]
}

async function checkVector(probe: Probe, check: SignatureCheck, key: TestKey, vector: SignatureVector): Promise<void> {
  const { keyType, spki } = key
  const [data, signature] = [fromHex(vector.data), fromHex(vector.signature)]
  const verify = (own: PublicKey, ownData: Uint8Array, bytes: Uint8Array): Promise<boolean> =>
    probe.answer('verify', check.algorithm.verify(own, ownData, bytes))
  const by = `${keyType} key (${key.origin})`
  const untrue = async (own: PublicKey, ownData: Uint8Array, bytes: Uint8Array): Promise<Verdict> => {
    const found = await neverThrows(() => verify(own, ownData, bytes))
    return found === false ? undefined : `${String(found)}, not false`
  }

  await probe.check('a right signature verifies', by, async () => {
    const found = await verify({ keyType, spki }, data, signature)
    return found === true ? undefined : `${String(found)}, not true`
  })
  await probe.check('a key may be used again and again', by, async () => {
    const publicKey: PublicKey = { keyType, spki }
    const found = [
      await verify(publicKey, data, signature),
      await verify(publicKey, made(3, 1), signature),
      await verify(publicKey, data, signature),
    ]
    return found.join() === 'true,false,true' ? undefined : `${found.join()}, not true,false,true`
  })
  await probe.check('verify() does not write to its inputs', by, async () => {
    const inputs = [spki.slice(), data.slice(), signature.slice()] as const
    await verify({ keyType, spki: inputs[0] }, inputs[1], inputs[2])
    return same(concat(...inputs), concat(spki, data, signature))
  })

  const otherData = [flipped(data, 0), concat(data, Uint8Array.of(0)), new Uint8Array(), made(1000, 1)]
  for (const other of otherData) {
    await probe.check('a signature of other data does not verify', `${by}, data ${shown(other)}`, () =>
      untrue({ keyType, spki }, other, signature),
    )
  }
  for (let at = 0; at < signature.length; at += Math.max(1, signature.length >> 4)) {
    await probe.check('a changed signature does not verify', `${by}, byte ${at} changed`, () =>
      untrue({ keyType, spki }, data, flipped(signature, at, 1)),
    )
  }
  for (const { label, bytes } of otherWritings(vector.algorithm, signature, spki)) {
    await probe.check('a signature in another writing does not verify', `${by}, ${label}`, () =>
      untrue({ keyType, spki }, data, bytes),
    )
  }
  if (vector.algorithm === shortSalt.algorithm) {
    await probe.check('a salt that is not as long as the hash does not verify', `${by}, a salt of 20 bytes`, () =>
      untrue({ keyType, spki }, fromHex(shortSalt.data), fromHex(shortSalt.signature)),
    )
  }
  const malformed = [
    new Uint8Array(),
    spki.subarray(0, -1),
    spki.subarray(1),
    concat(spki, Uint8Array.of(0)),
    spki.subarray(0, 20),
    flipped(spki, 0),
    flipped(spki, 1),
    // In the name of the algorithm, and in the key itself.
    flipped(spki, 8),
    flipped(spki, spki.length - 9),
    made(spki.length, 1),
  ]
  for (const bytes of malformed) {
    await probe.check(
      'a malformed or other key verifies nothing, and is no exception',
      `${by} as ${shown(bytes)}`,
      () => untrue({ keyType, spki: bytes }, data, signature),
    )
  }
  for (const other of [...check.keys.map((one) => one.keyType), 'dsa', '', 'constructor', '__proto__']) {
    if (other === keyType) continue
    await probe.check('a key that says it is of another type verifies nothing', `${by} as '${other}'`, () =>
      untrue({ keyType: other, spki }, data, signature),
    )
  }
}

async function checkSigning(probe: Probe, check: SignatureCheck, key: TestKey): Promise<void> {
  const { provider, algorithm, name } = check
  const { keyType, spki } = key
  const by = `${keyType} key (${key.origin})`
  const imported = async (): Promise<PrivateKey> =>
    await probe.answer('importPrivateKey', provider.importPrivateKey(key.pkcs8))
  const sign = (own: PrivateKey, data: Uint8Array): Promise<Uint8Array> =>
    probe.answer('sign', algorithm.sign(own, data))
  const verifies = async (by: SignatureAlgorithm, data: Uint8Array, signature: Uint8Array): Promise<Verdict> =>
    (await by.verify({ keyType, spki }, data, signature)) ? undefined : `${shown(signature)} does not verify`

  for (const data of [new Uint8Array(), ascii('data'), made(1000, 2)]) {
    await probe.check('what was signed verifies', `${by}, ${data.length} bytes`, async () => {
      const signature = await sign(await imported(), data)
      return plain(signature) ?? shapeOf(name, signature) ?? (await verifies(algorithm, data, signature))
    })
  }
  const { reference } = check
  if (reference !== undefined) {
    await probe.check('what was signed verifies by the reference', by, async () =>
      verifies(reference, ascii('data'), await sign(await imported(), ascii('data'))),
    )
  }
  await probe.check('sign() does not write to its input', by, async () => {
    const data = made(20, 1)
    await sign(await imported(), data)
    return same(data, made(20, 1))
  })
  if (/^(ecdsa|rsa-pss|ml-dsa)-/.test(name)) {
    await probe.check('nonces and salts are not repeated', `${by}, two different data`, async () => {
      const own = await imported()
      const [one, other] = [await sign(own, ascii('one')), await sign(own, ascii('other'))]
      // r of ECDSA starts behind a few bytes of DER.
      return equalBytes(one.subarray(5, 25), other.subarray(5, 25)) ? 'the same start twice' : undefined
    })
  }
  await probe.check('a disposed key signs nothing', by, async () => {
    const own = await imported()
    own.dispose()
    own.dispose()
    return await refused('ERR_TLS_SECRET_DISPOSED', () => algorithm.sign(own, ascii('data')))
  })
}

/** A key of a kind that the algorithm is not for. */
async function checkUnfit(probe: Probe, check: SignatureCheck, key: TestKey): Promise<void> {
  const { provider, algorithm, name } = check
  // ECDSA algorithms are named by hash only: TLS 1.2 has them with every curve.
  if (name.startsWith('ecdsa-') && key.keyType.startsWith('ec-')) return
  const by = `${key.keyType} key`
  const vector = signatureVectors.find((one) => one.algorithm === name) ?? signatureVectors[0]
  await probe.check('a key of a kind that does not fit verifies nothing, and is no exception', by, async () => {
    const { keyType, spki } = key
    const signature = fromHex(vector?.signature ?? '')
    const found = await neverThrows(() =>
      probe.answer('verify', algorithm.verify({ keyType, spki }, ascii('sample'), signature)),
    )
    return found === false ? undefined : `${String(found)}, not false`
  })
  if (check.verifiesOnly || !check.importable.has(key.keyType)) return
  await probe.check('signing with a key of a kind that does not fit is refused', by, async () => {
    const own = await provider.importPrivateKey(key.pkcs8)
    return await refused('ERR_TLS_CRYPTO', () => algorithm.sign(own, ascii('data')))
  })
}

async function neverThrows(call: () => Promise<boolean>): Promise<boolean | string> {
  try {
    return await call()
  } catch (error) {
    return `threw ${describeError(error)}`
  }
}

/** What can be said of a signature from outside. */
function shapeOf(algorithm: string, signature: Uint8Array): Verdict {
  const length = { ed25519: 64, ed448: 114, 'ml-dsa-44': 2420, 'ml-dsa-65': 3309, 'ml-dsa-87': 4627 }[algorithm]
  if (length !== undefined) return sameNumber('the length of the signature', signature.length, length)
  if (algorithm.startsWith('rsa-')) return sameNumber('the length of the signature', signature.length, 256)
  if (!algorithm.startsWith('ecdsa-')) return undefined
  const header = (signature[1] as number) < 0x80 ? 2 : 3
  return signature[0] === 0x30 && signature[header - 1] === signature.length - header
    ? undefined
    : `${shown(signature)} is not DER`
}
