export {
  ContentType,
  typeAlert,
  typeApplicationData,
  typeChangeCipherSpec,
  typeHandshake,
} from './content-type.ts'
export type { ContentTypeName } from './content-type.ts'
export { maxFragmentLength } from './limits.ts'
export { noPadding, padToMultipleOf } from './padding.ts'
export type { PaddingPolicy } from './padding.ts'
export type { RecordKey } from './record-key.ts'
export { RecordReader } from './record-reader.ts'
export type { OpenedRecord, RecordReaderOptions } from './record-reader.ts'
export type { RecordTraceInfo } from './record-trace.ts'
export { RecordWriter } from './record-writer.ts'
export type { RecordWriterOptions } from './record-writer.ts'
