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
export { derKeyPair, freshKey, pemOf, testKey, testKeyCount, testKeyTypes } from '@typetls/test-keys'
export type { DerKeyPair, TestKeyType } from '@typetls/test-keys'
export { manualClock } from './clock.ts'
export type { ManualClock } from './clock.ts'
export { connectPair } from './memory-pair.ts'
export type { Direction, MemoryPair, MemoryPeer, MemoryWire, PairOptions, Split } from './memory-pair.ts'
export { contentType, parseRecords, record, recordsOf } from './records.ts'
export type { PlainRecord, RecordOptions } from './records.ts'
export { seededRandom } from './seeded-random.ts'
export type { SeededRandom } from './seeded-random.ts'
export { asyncProvider } from './async-provider.ts'
export type { AsyncProviderOptions } from './async-provider.ts'
export { countingProvider } from './counting-provider.ts'
export type { CountingProvider } from './counting-provider.ts'
export { deterministicProvider } from './deterministic-provider.ts'
export type { DeterministicProvider, ProviderScript, ScriptedGroup } from './deterministic-provider.ts'
export { interceptedProvider } from './intercepted-provider.ts'
export type { Intercept } from './intercepted-provider.ts'
export { recordingSecrets } from './recording-secrets.ts'
export type { RecordedSecret, RecordingSecrets } from './recording-secrets.ts'
export { rfc8448, rfc8448Titles } from './rfc8448.ts'
export type { Rfc8448Record, Rfc8448Step, Rfc8448Title, Rfc8448Trace } from './rfc8448.ts'
export { flight, handshakeMessage, handshakeType, parseHandshake, plaintextHandshake } from './handshake-bytes.ts'
export type { Flight, HandshakeBytes, HandshakeTypeName } from './handshake-bytes.ts'
export {
  extensionOf,
  extensionsOf,
  repeatingExtension,
  withExtension,
  withExtensions,
  withoutExtension,
} from './extension-bytes.ts'
export type { ExtensionBytes } from './extension-bytes.ts'
export { meddler } from './meddler.ts'
export type { Meddler, MeddlerOptions } from './meddler.ts'
export { digestOf, finishedVerifyData, nextTrafficSecret, protectorOf } from './protected-records.ts'
export type { OpenedRecord, RecordProtector, SealOptions } from './protected-records.ts'
export { tls12MainSecret, tls12Protectors, tls12VerifyData } from './tls12-records.ts'
export type { Tls12Protector, Tls12SealOptions } from './tls12-records.ts'
export { wycheproofRuns } from './wycheproof-runs.ts'
export type { WycheproofRun } from './wycheproof-runs.ts'
export { loadWycheproof, runWycheproof } from './wycheproof.ts'
export type {
  WycheproofFile,
  WycheproofGroup,
  WycheproofKem,
  WycheproofOptions,
  WycheproofReport,
  WycheproofTest,
} from './wycheproof.ts'
