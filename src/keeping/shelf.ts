import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Part } from '../core/byte-range.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import { type Copies, type CopyHead, readCopyName } from '../core/keeping.ts';
import type { KeepOutcome } from '../core/observe.ts';
import type { Bin } from './bin.ts';
import { checked, type SourceFile, tooLarge } from './source.ts';

/** What the shelf is made with. */
export interface ShelfOptions {
  readonly bin: Bin;
  /** Room for all copies together. */
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Hears of each copy that was made, and of each that was deleted, with its size. */
  readonly onOutcome?: ((outcome: KeepOutcome, bytes: number) => void) | undefined;
}

/** Largest file that is kept: what Discord itself takes at most (Discord docs, "Uploading Files"). */
const LARGEST_BYTES = 500_000_000;

/** All copies with their sizes, in memory; the oldest ones make place for new ones. */
export class Shelf implements Copies {
  readonly #options: ShelfOptions;
  /** Oldest first. */
  #copies = new Map<string, CopyHead>();
  #byOrigin = new Map<string, string>();
  #bytes = 0;
  /** Bytes of the copies that are being written. */
  #expected = 0;
  #isOpen = false;

  constructor(options: ShelfOptions) {
    this.#options = options;
  }

  /** Learns what is there; may be called again after it failed. @throws Error when the place cannot be read */
  async open(signal: AbortSignal): Promise<void> {
    const found: CopyHead[] = [];
    for await (const head of this.#options.bin.list(signal)) found.push(head);
    for (const head of found.sort((left, right) => left.at - right.at)) this.#note(head);
    this.#isOpen = true;
    await this.#makeRoom();
  }

  /** What is kept now. */
  get totals(): { readonly copies: number; readonly bytes: number } {
    return { copies: this.#copies.size, bytes: this.#bytes };
  }

  /** True when there is such a copy; before `open`, when there may be. */
  has(name: string): boolean {
    return this.#isOpen ? this.#copies.has(name) : readCopyName(name) !== undefined;
  }

  /** Name of the copy of a task's file, when there is one. */
  copyOf(origin: string): string | undefined {
    return this.#byOrigin.get(origin);
  }

  /**
   * Writes a copy under a new name that nobody can guess.
   * @throws SourceFault when the file is at fault; any other error is of the place
   */
  async add(origin: string, file: SourceFile, signal: AbortSignal): Promise<string> {
    const { bin, clock, onOutcome } = this.#options;
    const name = `${origin}-${randomBytes(16).toString('hex')}.${file.ending}`;
    const most = Math.min(LARGEST_BYTES, this.#options.maxBytes);
    const expected = file.size ?? 0;
    if (expected > most) throw tooLarge(most);
    this.#expected += expected;
    try {
      await this.#makeRoom();
      const contentType = readCopyName(name)?.contentType ?? '';
      const size = await bin.write(name, contentType, checked(file, most), signal);
      this.#note({ name, size, at: clock.now() });
      onOutcome?.('kept', size);
    } finally {
      this.#expected -= expected;
    }
    await this.#makeRoom();
    return name;
  }

  /** Deletes a copy; nothing happens when there is none. */
  async delete(name: string): Promise<void> {
    if (readCopyName(name) === undefined) return;
    await this.#options.bin.delete(name);
    const head = this.#forget(name);
    if (head) this.#options.onOutcome?.('forgotten', head.size);
  }

  /** Deletes what is older. */
  async deleteBefore(at: number, signal: AbortSignal): Promise<void> {
    for (const head of this.#copies.values()) {
      if (head.at >= at || signal.aborted) return;
      await this.delete(head.name);
    }
  }

  /** Size and age of a copy. @throws GatewayError store_unavailable */
  async find(name: string, signal: AbortSignal): Promise<CopyHead | undefined> {
    if (readCopyName(name) === undefined) return undefined;
    if (this.#isOpen) return this.#copies.get(name);
    return readable(() => this.#options.bin.find(name, signal), signal);
  }

  /** Begins to read a part of a copy. @throws GatewayError store_unavailable */
  async read(name: string, part: Part, signal: AbortSignal): Promise<Readable | undefined> {
    if (!this.has(name)) return undefined;
    const body = await readable(() => this.#options.bin.read(name, part, signal), signal);
    // Somebody has cleared it away by hand.
    if (body === undefined) this.#forget(name);
    return body;
  }

  /** Gives connections back. */
  close(): void {
    this.#options.bin.close();
  }

  async #makeRoom(): Promise<void> {
    for (const { name } of this.#copies.values()) {
      if (this.#bytes + this.#expected <= this.#options.maxBytes) return;
      await this.delete(name);
    }
  }

  #note(head: CopyHead): void {
    this.#forget(head.name);
    this.#copies.set(head.name, head);
    this.#bytes += head.size;
    const { origin = '' } = readCopyName(head.name) ?? {};
    this.#byOrigin.set(origin, head.name);
  }

  #forget(name: string): CopyHead | undefined {
    const head = this.#copies.get(name);
    if (head === undefined) return undefined;
    this.#copies.delete(name);
    this.#bytes -= head.size;
    const { origin = '' } = readCopyName(name) ?? {};
    if (this.#byOrigin.get(origin) === name) this.#byOrigin.delete(origin);
    return head;
  }
}

async function readable<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    throw new GatewayError('store_unavailable', 'The kept copies cannot be read at the moment.', {
      hint: 'Try again in a moment.',
      cause,
    });
  }
}
