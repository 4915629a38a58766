// What is used of node-forge. A string of bytes has one byte in each of its units.

declare module 'node-forge/lib/forge.js' {
  export interface ByteBuffer {
    getBytes(): string
  }
  export interface Cipher<Start> {
    readonly output: ByteBuffer
    start(start: Start): void
    update(input: ByteBuffer): void
    /** @param unpad of what `output` holds; whether it could */
    finish(unpad: () => boolean): boolean
  }
  const forge: {
    readonly cipher: {
      createDecipher(name: '3DES-CBC', key: ByteBuffer): Cipher<{ readonly iv: ByteBuffer }>
    }
    readonly rc2: {
      createDecryptionCipher(key: ByteBuffer, effectiveBits: number): Cipher<ByteBuffer>
    }
    readonly util: {
      createBuffer(bytes: string | Uint8Array): ByteBuffer
    }
  }
  export default forge
}

/** Adds itself to forge.js. */
declare module 'node-forge/lib/des.js' {}

/** Adds itself to forge.js. */
declare module 'node-forge/lib/rc2.js' {}
