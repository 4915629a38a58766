export { createAuthority, createSelfSigned } from './certificates.ts'
export type {
  Authority,
  AuthorityOptions,
  CertificateFault,
  CertificateOptions,
  ExtendedKeyUsage,
  KeyUsage,
  NameForms,
  OwnExtension,
  RawExtension,
  Subject,
  TestCertificate,
} from './certificates.ts'
export { freshKey, testKey, testKeyCount, testKeyTypes } from './test-keys.ts'
export type { TestKeyType } from './test-keys.ts'
export { manualClock } from './clock.ts'
export type { ManualClock } from './clock.ts'
export { connectPair } from './memory-pair.ts'
export type { Direction, MemoryPair, MemoryPeer, MemoryWire, PairOptions, Split } from './memory-pair.ts'
export { contentType, parseRecords, record, recordsOf } from './records.ts'
export type { PlainRecord, RecordOptions } from './records.ts'
export { seededRandom } from './seeded-random.ts'
export type { SeededRandom } from './seeded-random.ts'
