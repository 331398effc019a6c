/** Composition: the newest lines of the log, for operators who read it in the web interface. */
import type { LogLine, LogSource } from '../http/admin/logs.ts';

/** Lines that are kept. */
const MOST_KEPT = 2_000;

/** Longest line that is kept, in characters: a stack trace with room to spare. */
const LONGEST = 20_000;

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** Keeps the newest lines in memory. It must be given lines whose secrets are hidden already. */
export class LogBook implements LogSource {
  readonly #lines: LogLine[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  #lastId = 0;

  /** Takes a line of JSON as the log writes it (`level`, `time`, `msg` and more); what is none is left out. Never throws. */
  write(text: string): void {
    const line = this.#read(text);
    if (line === undefined) return;
    this.#lines.push(line);
    if (this.#lines.length > MOST_KEPT) this.#lines.shift();
    for (const listener of [...this.#listeners]) listener(line);
  }

  /** The kept lines, oldest first. */
  recent(): readonly LogLine[] {
    return this.#lines;
  }

  /** Hears each new line, until the answer is called. */
  listen(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #read(text: string): LogLine | undefined {
    if (text.length > LONGEST) return undefined;
    const { level, time, msg, ...fields } = parsed(text);
    if (typeof level !== 'string' || !isLevel(level)) return undefined;
    const at = Date.parse(String(time));
    this.#lastId = Math.max(this.#lastId + 1, at || 0);
    return { id: this.#lastId, at: at || 0, level, msg: typeof msg === 'string' ? msg : '', fields };
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function isLevel(level: string): level is LogLine['level'] {
  return LEVELS.has(level);
}
