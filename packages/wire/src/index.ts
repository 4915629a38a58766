export { Alert, AlertDescription } from './alert.ts'
export type { AlertLevelName } from './alert.ts'
export { ascii, concat, equalBytes, fromAscii, fromHex, toHex } from './bytes.ts'
export {
  decode,
  empty,
  encode,
  framed,
  opaque,
  opaqueVector,
  rest,
  struct,
  taggedUnion,
  uint8,
  uint16,
  uint24,
  uint32,
  vector,
} from './codec.ts'
export type { Codec, CodecType, Empty, TaggedUnion } from './codec.ts'
export { extensionBlock } from './extension-block.ts'
export type {
  ExtensionBlock,
  ExtensionBlockRules,
  ExtensionRegistry,
  ExtensionTable,
  UnknownExtension,
} from './extension-block.ts'
export { Reader } from './reader.ts'
export { openEnum } from './registry.ts'
export type { OpenEnum } from './registry.ts'
export { TlsError, tlsErrorCodes } from './tls-error.ts'
export type { AlertName, TlsErrorCode, TlsErrorContext } from './tls-error.ts'
export { Writer } from './writer.ts'
