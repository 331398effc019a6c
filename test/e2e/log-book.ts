import { inspect } from 'node:util';
import type { Log, LogLine } from '../../src/core/log.ts';

/** Keeps all lines of a log, and all answers, to search them for what must not be there. */
export class LogBook implements Log {
  readonly lines: string[] = [];
  readonly debug: LogLine = (fields, message) => this.#log('debug', fields, message);
  readonly info: LogLine = (fields, message) => this.#log('info', fields, message);
  readonly warn: LogLine = (fields, message) => this.#log('warn', fields, message);
  readonly error: LogLine = (fields, message) => this.#log('error', fields, message);

  /** Notes something that is no line of the log: the text of an answer. */
  note(text: string): void {
    this.lines.push(text);
  }

  /** The lines that hold a text. */
  find(text: string): string[] {
    return this.lines.filter((line) => line.includes(text));
  }

  /** Throws when one of the texts was written down anywhere; the message does not repeat it. */
  checkForSecrets(secrets: readonly string[]): void {
    for (const secret of secrets) {
      const [line] = this.find(secret);
      if (line !== undefined)
        throw new Error(`a secret was shown: ${line.replaceAll(secret, '(HERE)').slice(0, 2_000)}`);
    }
  }

  #log(level: string, fields: object, message: string): void {
    // Errors with their causes and own fields: what a transport of the log could come to write.
    this.lines.push(
      `${level} ${message} ${inspect(fields, { depth: 8, breakLength: Number.POSITIVE_INFINITY })}`,
    );
  }
}
