/** What the record layer tells about a record that was read or written. Holds no content. */
export interface RecordTraceInfo {
  /** ContentType in the header. */
  readonly outerType: number
  /** ContentType of the content: the inner one of a protected record. */
  readonly type: number
  /** Bytes on the wire, header included. */
  readonly length: number
  /** Bytes of content, without padding; of early data that was dropped, 0. */
  readonly contentLength: number
  /** Zero bytes behind the content. */
  readonly padding: number
  /** Sequence number under its key; `undefined` for a record in plaintext, and for early data that was dropped. */
  readonly sequence: number | undefined
}
