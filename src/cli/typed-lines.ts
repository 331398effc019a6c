/** Lines that a person types, with the terminal's own editing and history. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { CommandIo } from './io.ts';

/** A person at a terminal. */
export interface TypedLines {
  /** Shows the prompt and waits for a line; undefined once there is none any more (Ctrl+D). */
  next(): Promise<string | undefined>;
  /** Resolves at the next Ctrl+C, or signal from elsewhere, after the call. */
  interrupted(): Promise<void>;
  close(): void;
}

/** Readline asks its output how wide the terminal is. */
class Screen extends Writable {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    super();
    this.#write = write;
  }

  get columns(): number | undefined {
    return process.stderr.columns;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#write(chunk.toString());
    done();
  }
}

/** Begins to read. The prompt goes to the standard error stream: the standard output holds answers only. */
export function readTyped(io: CommandIo, input: NodeJS.ReadableStream, prompt: string): TypedLines {
  const output = new Screen(io.stderr);
  const reader = createInterface({ input, output, prompt, terminal: io.stderrIsTerminal });
  const lines: string[] = [];
  let isClosed = false;
  let wake = () => {};
  let interrupt: Promise<void> | undefined;
  /** A terminal in raw mode gives Ctrl+C as a key, not as a signal. */
  const nextInterrupt = () =>
    Promise.race([new Promise<void>((resolve) => void reader.once('SIGINT', resolve)), io.nextSignal()]);
  reader.on('line', (line) => {
    lines.push(line);
    wake();
  });
  reader.on('close', () => {
    isClosed = true;
    wake();
  });
  return {
    async next() {
      if (!isClosed) reader.prompt();
      while (lines.length === 0 && !isClosed) await new Promise<void>((resolve) => (wake = resolve));
      return lines.shift();
    },
    interrupted() {
      // One listener for all who wait, however many lines are typed.
      interrupt ??= nextInterrupt().then(() => {
        interrupt = undefined;
      });
      return interrupt;
    },
    close: () => reader.close(),
  };
}
