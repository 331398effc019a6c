/** How far a drawing is, for people: one line that is redrawn on a terminal, else a line for every ten percent. */
import type { CommandIo } from './io.ts';

/** Where a drawing stands. */
export interface Progress {
  /** 0 to 100. */
  readonly percent: number;
  readonly words: string;
}

const CELLS = 24;
const STEP = 10;
const START_OF_LINE = '\r\u001B[2K';

/** Shows the progress of one task on the standard error stream. */
export class ProgressBar {
  readonly #io: Pick<CommandIo, 'stderr' | 'stderrIsTerminal'>;
  readonly #title: string;
  readonly #startedAt = Date.now();
  #shown = '';

  /** @param title what is being made, a word or two */
  constructor(io: Pick<CommandIo, 'stderr' | 'stderrIsTerminal'>, title: string) {
    this.#io = io;
    this.#title = title;
  }

  /** Draws the bar, or writes a line when there is something new. */
  show({ percent, words }: Progress): void {
    const elapsed = elapsedText(Date.now() - this.#startedAt);
    const figure = `${String(percent).padStart(3)} %`;
    if (this.#io.stderrIsTerminal) {
      const full = Math.round((percent / 100) * CELLS);
      const bar = '█'.repeat(full) + '░'.repeat(CELLS - full);
      this.#io.stderr(`${START_OF_LINE}${this.#title} ${bar} ${figure}  ${elapsed}  ${words}`);
      return;
    }
    const step = `${Math.floor(percent / STEP)} ${words}`;
    if (step === this.#shown) return;
    this.#shown = step;
    this.#io.stderr(`${this.#title} ${figure}  ${elapsed}  ${words}\n`);
  }

  /** Says something without breaking the bar; the next `show` draws it anew. */
  say(line: string): void {
    this.#io.stderr(`${this.#io.stderrIsTerminal ? START_OF_LINE : ''}${line}\n`);
  }

  /** Leaves the line as it is. */
  end(): void {
    if (this.#io.stderrIsTerminal) this.#io.stderr('\n');
  }
}

function elapsedText(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
