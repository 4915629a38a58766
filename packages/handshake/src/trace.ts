import type { Secret } from '@typetls/crypto-provider'

/** Hears of everything a connection does. Never told secret bytes. */
export type Trace = (event: TraceEvent) => void

/** What a handshake says of itself, to whoever tells a trace and a key log of it. */
export interface HandshakeObserver {
  /** A handshake message, whole, with its header. */
  message(direction: Direction, type: string, bytes: Uint8Array): void
  /** A secret came to be. It stays the handshake's. */
  secret(label: KeyLogLabel, secret: Secret): void
  keys(direction: Direction, epoch: Epoch, cipherSuite: string): void
  decision(what: string, value: string): void
}

export type Direction = 'sent' | 'received'

/** Under which keys: before any, of early data, of the handshake, of the application. */
export type Epoch = 'plaintext' | 'early' | 'handshake' | 'application'

export type TraceEvent =
  /** A record crossed; `length` is the content's, bytes, `wireLength` the whole record's. */
  | {
      readonly event: 'record'
      readonly direction: Direction
      readonly epoch: Epoch
      readonly contentType: number
      readonly length: number
      readonly wireLength: number
    }
  /** A handshake message, whole, with its header. `type` is the registry's name. */
  | { readonly event: 'message'; readonly direction: Direction; readonly type: string; readonly bytes: Uint8Array }
  | {
      readonly event: 'alert'
      readonly direction: Direction
      readonly level: 'warning' | 'fatal'
      readonly description: string
    }
  /** A secret came to be: its key log label, not its bytes. */
  | { readonly event: 'secret'; readonly label: KeyLogLabel }
  | { readonly event: 'keys'; readonly direction: Direction; readonly epoch: Epoch; readonly cipherSuite: string }
  /** Something was settled, such as `cipher_suite`, `group`, `signature_scheme`, `alpn`, `psk`, `hello_retry_request`. */
  | { readonly event: 'decision'; readonly what: string; readonly value: string }
  | { readonly event: 'failure'; readonly code: string; readonly alert: string | undefined; readonly message: string }

/** https://www.rfc-editor.org/rfc/rfc9850 (SSLKEYLOGFILE) */
export type KeyLogLabel =
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0'
  | 'EXPORTER_SECRET'
  | 'CLIENT_RANDOM'
