/** Writes numbers, little-endian on every machine, into a buffer that grows as needed. */
export class ByteWriter {
  #bytes = new Uint8Array(1 << 16)
  #view = new DataView(this.#bytes.buffer)
  #at = 0

  uint32(value: number): void {
    const at = this.#claim(4)
    this.#view.setUint32(at, value, true)
  }

  float64(value: number): void {
    const at = this.#claim(8)
    this.#view.setFloat64(at, value, true)
  }

  uint8s(values: Uint8Array): void {
    const at = this.#claim(values.length)
    this.#bytes.set(values, at)
  }

  float32s(values: Float32Array): void {
    let at = this.#claim(values.length * 4)
    for (const value of values) {
      this.#view.setFloat32(at, value, true)
      at += 4
    }
  }

  float64s(values: readonly number[] | Float64Array): void {
    for (const value of values) this.float64(value)
  }

  /** Writes a text as UTF-8, with its length in bytes as uint32 before it. */
  text(text: string): void {
    const encoded = new TextEncoder().encode(text)
    this.uint32(encoded.length)
    const at = this.#claim(encoded.length)
    this.#bytes.set(encoded, at)
  }

  /** A copy of all bytes that have been written so far. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }

  #claim(length: number): number {
    const at = this.#at
    this.#at += length
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}

/** Reads what a `ByteWriter` wrote. Every method throws a RangeError where the bytes end too early. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Number of bytes that have not been read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true)
  }

  float64(): number {
    return this.#view.getFloat64(this.#skip(8), true)
  }

  /** Fills an array, whose length says how many bytes are read. */
  uint8s(into: Uint8Array): void {
    const at = this.#skip(into.length)
    into.set(this.#bytes.subarray(at, at + into.length))
  }

  float32s(into: Float32Array): void {
    const at = this.#skip(into.length * 4)
    for (let i = 0; i < into.length; i++) into[i] = this.#view.getFloat32(at + i * 4, true)
  }

  float64s(into: number[] | Float64Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.float64()
  }

  /** @throws TypeError where the bytes are not valid UTF-8 */
  text(): string {
    const length = this.uint32()
    const at = this.#skip(length)
    return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes.subarray(at, at + length))
  }

  #skip(length: number): number {
    if (length > this.remaining) throw new RangeError(`${length} bytes wanted, ${this.remaining} left`)
    const at = this.#at
    this.#at += length
    return at
  }
}

/** Copies the state of one object into another of the same kind, through the bytes that it writes. */
export function copyState(from: { write(to: ByteWriter): void }, to: { read(from: ByteReader): void }): void {
  const writer = new ByteWriter()
  from.write(writer)
  to.read(new ByteReader(writer.finish()))
}
