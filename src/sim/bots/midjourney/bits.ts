/** Writes bits, the lowest of each byte first. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #rest = 0;
  #count = 0;

  /** Writes a number, its lowest bit first. */
  write(value: number, width: number): void {
    for (let bit = 0; bit < width; bit += 1) this.#push((value >> bit) & 1);
  }

  /** Writes a prefix code, its highest bit first. */
  writeCode(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit -= 1) this.#push((value >> bit) & 1);
  }

  /** All bytes; the last one is filled up with zeros. */
  finish(): Buffer {
    return Buffer.from(this.#count === 0 ? this.#bytes : [...this.#bytes, this.#rest]);
  }

  #push(bit: number): void {
    this.#rest |= bit << this.#count;
    this.#count += 1;
    if (this.#count < 8) return;
    this.#bytes.push(this.#rest);
    this.#rest = 0;
    this.#count = 0;
  }
}
