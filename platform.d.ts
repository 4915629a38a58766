// What every JavaScript platform has and `lib: es2023` does not know. The packages below the adapters see this and
// nothing of Node or the DOM; adding a line here is a decision about all platforms.

interface TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare var TextEncoder: { new (): TextEncoder }

interface TextDecoder {
  decode(bytes?: Uint8Array): string
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder }
