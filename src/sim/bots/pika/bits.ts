/** Writes bit by bit, with the codes of H.264 (ITU-T H.264, 9.1). */
export class Bits {
  readonly #bytes: number[] = [];
  #current = 0;
  #filled = 0;

  /** A number in so many bits. */
  fixed(value: number, width: number): this {
    for (let bit = width - 1; bit >= 0; bit -= 1) this.#push((value >> bit) & 1);
    return this;
  }

  /** `ue(v)`: an exponential Golomb code. */
  golomb(value: number): this {
    const width = Math.floor(Math.log2(value + 1));
    return this.fixed(0, width).fixed(value + 1, width + 1);
  }

  /** Zeros up to the next whole byte. */
  align(): this {
    while (this.#filled > 0) this.#push(0);
    return this;
  }

  /** So many bytes of one value, at a byte boundary. */
  fill(value: number, count: number): this {
    for (let index = 0; index < count; index += 1) this.fixed(value, 8);
    return this;
  }

  /** The bytes, ended by the stop bit. */
  end(): Uint8Array {
    this.fixed(1, 1).align();
    return Uint8Array.from(this.#bytes);
  }

  #push(bit: number): void {
    this.#current = (this.#current << 1) | bit;
    this.#filled += 1;
    if (this.#filled < 8) return;
    this.#bytes.push(this.#current);
    this.#current = 0;
    this.#filled = 0;
  }
}
