import type { CryptoProvider, Secret as SecretType } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import type { OpenedRecord, RecordReaderOptions, RecordWriterOptions } from '@typetls/record'
import { RecordReader, RecordWriter } from '@typetls/record'
import type { DirectionKeys, RecordCipher, RecordCipherOptions } from '@typetls/record/tls12'
import { keyBlockLength, splitKeyBlock } from '@typetls/record/tls12'

/** A key block of bytes that are all different from their neighbours. */
function keyBlock(length: number, first = 1): SecretType {
  return new Secret(Uint8Array.from({ length }, (_, i) => (first + 7 * i) & 0xff))
}

export function directionKeys(cipher: RecordCipher, crypto: CryptoProvider, first?: number): DirectionKeys {
  const lengths = cipher.keyLengths(crypto)
  return splitKeyBlock(keyBlock(keyBlockLength(lengths), first), lengths).client
}

/** A writer and a reader that share a key, with what the writer gave out. */
export interface Pair {
  readonly writer: RecordWriter
  readonly reader: RecordReader
  readonly wire: Uint8Array[]
}

export async function pair(
  cipher: RecordCipher,
  crypto: CryptoProvider,
  options: RecordCipherOptions & Partial<RecordWriterOptions> & RecordReaderOptions & { firstSequence?: number } = {},
): Promise<Pair> {
  const wire: Uint8Array[] = []
  const writer = new RecordWriter({
    output: (bytes) => void wire.push(bytes),
    failed(error) {
      throw error
    },
    ...options,
  })
  const reader = new RecordReader({ ...options })
  for (const end of [writer, reader]) {
    const protection = await cipher.protect(crypto, directionKeys(cipher, crypto), options)
    protection.sequence = options.firstSequence ?? 0
    end.setKey(protection)
  }
  return { writer, reader, wire }
}

export async function readAll(reader: RecordReader): Promise<OpenedRecord[]> {
  const records: OpenedRecord[] = []
  for (;;) {
    const record = await reader.next()
    if (record === undefined) return records
    records.push(record)
  }
}
