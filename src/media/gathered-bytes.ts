const FIRST_SIZE = 64 * 1024;

/**
 * Bytes that arrive in pieces, kept in one growing buffer: a list of pieces would let a sender of one-byte pieces
 * take a hundred times the memory of what it sends.
 */
export class GatheredBytes {
  private buffer = new Uint8Array(FIRST_SIZE);
  private used = 0;

  /** How many bytes are there. */
  get size(): number {
    return this.used;
  }

  /** Adds a copy of the piece at the end. */
  add(piece: Uint8Array): void {
    const needed = this.used + piece.length;
    if (needed > this.buffer.length) this.grow(needed);
    this.buffer.set(piece, this.used);
    this.used = needed;
  }

  /** A view of all bytes so far. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.used);
  }

  private grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    larger.set(this.bytes());
    this.buffer = larger;
  }
}
