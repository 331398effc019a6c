/** The configuration file of a running gateway: read again, and changed entry by entry. */
import { existsSync, readFileSync } from 'node:fs';
import { type ConfigSources, DEFAULT_FILE, type LoadedConfig, loadConfig } from '../load.ts';
import { ConfigError, type Problem } from '../problem.ts';
import { editText, UneditableError } from './edit-text.ts';
import { overriddenBy, placeOf, planOf, type Wish } from './entry.ts';
import { dataOf, readSource } from './source.ts';
import { stage, whyNotWritable } from './staged-file.ts';

/** Why a change was not made; nothing was written, and the gateway goes on as before. */
export class EditError extends Error {
  override readonly name = 'EditError';
  /**
   * `invalid`: the file would not be valid; `not_found`: there is no such entry; `read_only`: the file cannot be written;
   * `unreadable`: the file was changed by somebody else, and is not valid any more; `failed`: it could not be written.
   */
  readonly reason: 'invalid' | 'not_found' | 'read_only' | 'unreadable' | 'failed';
  readonly problems: readonly Problem[];

  constructor(
    reason: EditError['reason'],
    message: string,
    problems: readonly Problem[] = [],
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.problems = problems;
  }
}

/** What a change has come to. */
export interface Edited {
  readonly loaded: LoadedConfig;
  /** What the caller should know. */
  readonly notes: readonly string[];
}

const BOM = '\uFEFF';

/** Reads and changes one file. Changes that are asked for side by side are made one after the other. */
export class ConfigFile {
  /** Name of the file. */
  readonly path: string;
  readonly #sources: Omit<ConfigSources, 'text'>;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(sources: Omit<ConfigSources, 'text'>) {
    this.path = sources.path ?? DEFAULT_FILE;
    this.#sources = sources;
  }

  /** Why the file cannot be changed from here, for people; undefined when it can. */
  get obstacle(): string | undefined {
    return whyNotWritable(this.path);
  }

  /** Reads the file as it is now and goes on with it. @throws ConfigError (an empty file too); what `apply` throws */
  reload<Result>(apply: (loaded: LoadedConfig) => Promise<Result>): Promise<Result> {
    return this.#inTurn(() => {
      this.#requireText();
      return apply(loadConfig(this.#sources));
    });
  }

  /**
   * Makes a wish true: the whole new file is validated, laid ready, applied, and then put in place.
   * @param apply goes on with the new configuration; when it throws, the file stays as it was
   * @throws EditError; what `apply` throws
   */
  change(wish: Wish, apply: (loaded: LoadedConfig) => Promise<unknown>): Promise<Edited> {
    return this.#inTurn(() => this.#change(wish, apply));
  }

  async #change(wish: Wish, apply: (loaded: LoadedConfig) => Promise<unknown>): Promise<Edited> {
    const { obstacle } = this;
    if (obstacle !== undefined)
      throw new EditError('read_only', `The configuration cannot be changed: ${obstacle}.`);
    const whole = this.#read();
    const text = whole.replace(BOM, '');
    const before = this.#loadCurrent(text);
    const place = placeOf(before.config, wish);
    if (place < 0 && wish.entry === undefined) throw notFound(wish);
    const set = overriddenBy(this.#sources.env, wish, place);
    if (set.length > 0) throw new EditError('invalid', 'The environment stands against the change.', set);
    const { changes, notes } = planOf(wish, dataOf(readSource(text)), before.config);
    const edited = edit(text, changes);
    const loaded = this.#loadEdited(edited);
    if (edited === text) {
      // Somebody may have changed the file by hand: what is asked for stands in it already.
      await apply(loaded);
      return { loaded, notes };
    }
    await this.#write((whole.startsWith(BOM) ? BOM : '') + edited, () => apply(loaded));
    return { loaded, notes };
  }

  async #write(text: string, apply: () => Promise<unknown>): Promise<void> {
    const staged = await stage(this.path, text).catch((error: unknown) => {
      throw notWritten(this.path, error);
    });
    try {
      await apply();
    } catch (error) {
      await staged.discard();
      throw error;
    }
    await staged.commit().catch((error: unknown) => {
      throw notWritten(this.path, error);
    });
  }

  /** An empty file is valid at a start; while running it is one that is just being written, or was lost on a full disk. */
  #requireText(): void {
    if (!existsSync(this.path) || readFileSync(this.path, 'utf8').replace(BOM, '').trim() !== '') return;
    const remedy = 'To run without bots, write "bots: []".';
    throw new ConfigError([{ path: '', message: 'the file is empty', remedy }], this.path);
  }

  #read(): string {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      throw new EditError('unreadable', `${this.path} cannot be read any more.`, [], error);
    }
  }

  #loadCurrent(text: string): LoadedConfig {
    try {
      return loadConfig({ ...this.#sources, text });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const message = `${this.path} was changed on disk and is not valid any more; correct it there first.`;
      throw new EditError('unreadable', message, error.problems);
    }
  }

  #loadEdited(text: string): LoadedConfig {
    try {
      return loadConfig({ ...this.#sources, text });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new EditError(
        'invalid',
        'With this change the configuration would not be valid.',
        error.problems,
      );
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

function edit(text: string, changes: Parameters<typeof editText>[1]): string {
  try {
    return editText(text, changes);
  } catch (error) {
    if (!(error instanceof UneditableError)) throw error;
    throw new EditError('invalid', 'The file does not take the change.', [
      { path: error.path, message: error.message },
    ]);
  }
}

function notFound({ list, id }: Wish): EditError {
  return new EditError(
    'not_found',
    `The configuration has no ${list === 'accounts' ? 'account' : 'bot'} "${id}".`,
  );
}

function notWritten(path: string, error: unknown): EditError {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new EditError('failed', `${path} could not be written${code}.`, [], error);
}
