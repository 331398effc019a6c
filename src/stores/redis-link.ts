import { createHash } from 'node:crypto';
import { createClient, RESP_TYPES } from '@redis/client';
import type { CancelTimer, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { commandError, lastingProblem, replyCode, Unanswered, unavailable } from './redis-errors.ts';
import type { RedisTarget } from './redis-url.ts';

/** A command without an answer is given up after so long, in milliseconds; the connection is made anew. */
export const ANSWER_MS = 800;

/**
 * So many commands are on their way at a time; the others wait for their turn, so that a command of a burst is not taken
 * for one without an answer.
 */
const MOST_UNDER_WAY = 64;

/** A timer that is so much late tells that this process was paused; answers then get as much time again, in milliseconds. */
const PAUSE_MS = 100;

/** Pauses between two tries to connect, in milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Large values get more time: so many bytes for each millisecond. */
const BYTES_PER_MS = 10_000;

/** One word of a command. */
export type Word = string | Buffer;

/** Words that are known when the command leaves. */
export type Words = readonly Word[] | (() => readonly Word[]);

/** A script that runs on the server, at once or not at all. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** A script of its Lua source. */
export function scriptOf(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** What a link works with. */
export interface LinkTools {
  readonly clock: Clock;
  readonly log: Log;
}

type Client = ReturnType<typeof newClient>;

/**
 * The connection to a Redis server. While there is none every command fails at once; it is made again by itself. Nothing
 * waits in a queue: what could not be sent was not taken.
 */
export class RedisLink {
  readonly target: RedisTarget;
  /** To be called on each new connection before others may use it; a failure breaks it again. */
  onConnect: () => Promise<void> = async () => {};
  /** To be called when others may use a new connection. Must not throw. */
  onReady: () => void = () => {};
  private readonly tools: LinkTools;
  private client: Client | undefined;
  private isUp = false;
  /** True between `open` and `close`: a lost connection is made again. */
  private isWanted = false;
  private cancelRetry: CancelTimer | undefined;
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(target: RedisTarget, tools: LinkTools) {
    this.target = target;
    this.tools = tools;
  }

  /**
   * Connects once; from then on the connection is kept up.
   * @throws GatewayError store_unavailable, Error (no waiting helps)
   */
  async open(): Promise<void> {
    this.isWanted = false;
    if (!this.isUp) await this.connect();
    this.isWanted = true;
  }

  /** Ends the connection for good. */
  close(): void {
    this.isWanted = false;
    this.cancelRetry?.();
    if (this.client) this.drop(this.client);
  }

  /** Runs a command. @throws GatewayError store_unavailable, internal */
  async call(words: readonly Word[]): Promise<unknown> {
    return this.send(this.ready(), words, false);
  }

  /** Runs a command whose answer is bytes. @throws GatewayError store_unavailable, internal */
  async callForBytes(words: readonly Word[]): Promise<unknown> {
    return this.send(this.ready(), words, true);
  }

  /** Runs a script. @throws GatewayError store_unavailable, internal; the server's own errors for codes of our scripts */
  async run(script: Script, keys: readonly string[], words: Words): Promise<unknown> {
    return this.runOn(this.ready(), script, keys, words);
  }

  /** Like `run`, but before all that waits, also on a connection that is not given to others yet. */
  async runEarly(script: Script, keys: readonly string[], words: readonly Word[]): Promise<unknown> {
    if (this.client === undefined) throw this.unreachable();
    return this.runOn(this.client, script, keys, words, 'first');
  }

  private async runOn(
    client: Client,
    { sha, source }: Script,
    keys: readonly string[],
    words: Words,
    rank?: 'first',
  ): Promise<unknown> {
    const rest = () => [String(keys.length), ...keys, ...(typeof words === 'function' ? words() : words)];
    try {
      return await this.send(client, () => ['EVALSHA', sha, ...rest()], false, rank);
    } catch (error) {
      // A server that was started anew knows no scripts.
      const isUnknown = error instanceof Error && replyCode(error.cause) === 'NOSCRIPT';
      if (!isUnknown) throw error;
      return this.send(client, () => ['EVAL', source, ...rest()], false, rank);
    }
  }

  private ready(): Client {
    if (this.client === undefined || !this.isUp) throw this.unreachable();
    return this.client;
  }

  private unreachable() {
    return unavailable(this.target.name, 'cannot be reached');
  }

  private async send(client: Client, words: Words, asBytes: boolean, rank?: 'first'): Promise<unknown> {
    await this.turn(rank);
    try {
      // It may have been lost while the command waited, which was not sent then.
      if (client !== this.client) throw this.unreachable();
      return await this.exchange(client, typeof words === 'function' ? words() : words, asBytes);
    } catch (error) {
      if (error instanceof Unanswered) this.lose(client, error);
      throw commandError(this.target.name, error);
    } finally {
      this.underWay -= 1;
      this.waiting.shift()?.();
    }
  }

  private async turn(rank?: 'first'): Promise<void> {
    const isFull = this.underWay >= MOST_UNDER_WAY && rank === undefined;
    if (isFull) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.underWay += 1;
  }

  private exchange(client: Client, words: readonly Word[], asBytes: boolean): Promise<unknown> {
    const size = words.reduce((sum, word) => sum + word.length, 0);
    const options = asBytes ? { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } : {};
    return this.within(ANSWER_MS + size / BYTES_PER_MS, client.sendCommand([...words], options));
  }

  private async within<Answer>(timeMs: number, answer: Promise<Answer>): Promise<Answer> {
    let cancel: CancelTimer = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      const giveUp = () => reject(new Unanswered(`No answer for ${Math.round(timeMs)} ms`));
      const wait = (forMs: number): void => {
        const dueAt = performance.now() + forMs;
        cancel = this.tools.clock.after(forMs, () => {
          // While this process was paused nothing was sent or read: the answer may be on its way.
          if (performance.now() - dueAt > PAUSE_MS) wait(PAUSE_MS);
          else setImmediate(giveUp);
        });
      };
      wait(timeMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      cancel();
    }
  }

  private async connect(): Promise<void> {
    const client = newClient(this.target);
    client.on('error', (error: unknown) => this.lose(client, error));
    client.on('end', () => this.lose(client, undefined));
    this.client = client;
    try {
      await this.within(ANSWER_MS, client.connect());
      await this.onConnect();
      this.isUp = this.client === client;
      if (!this.isUp) throw this.unreachable();
      this.onReady();
    } catch (error) {
      this.drop(client);
      throw lastingProblem(this.target.name, reasonOf(error)) ?? commandError(this.target.name, error);
    }
  }

  /** A connection that was in use has ended. */
  private lose(client: Client, reason: unknown): void {
    if (client !== this.client) return;
    const wasUp = this.isUp;
    this.drop(client);
    if (!wasUp || !this.isWanted) return;
    this.tools.log.warn({ store: this.target.name, reason: String(reason) }, 'the store cannot be reached');
    this.retry(FIRST_PAUSE_MS);
  }

  private drop(client: Client): void {
    if (client === this.client) {
      this.client = undefined;
      this.isUp = false;
    }
    // It throws when the connection has ended by itself.
    if (client.isOpen) client.destroy();
  }

  private retry(pauseMs: number): void {
    const jitteredMs = pauseMs * (0.75 + Math.random() / 2);
    this.cancelRetry = this.tools.clock.after(jitteredMs, () => void this.tryAgain(pauseMs));
  }

  private async tryAgain(pauseMs: number): Promise<void> {
    try {
      await this.connect();
      this.tools.log.info({ store: this.target.name }, 'the store can be reached again');
    } catch {
      if (this.isWanted) this.retry(Math.min(LONGEST_PAUSE_MS, 2 * pauseMs));
    }
    if (!this.isWanted) this.close();
  }
}

const reasonOf = (error: unknown): unknown =>
  error instanceof Error && replyCode(error) === '' && error.cause !== undefined ? error.cause : error;

function newClient({ host, port, tls, username, password, database }: RedisTarget) {
  const common = { host, port, connectTimeout: ANSWER_MS, reconnectStrategy: false as const, noDelay: true };
  return createClient({
    socket: tls ? { ...common, tls: true as const } : common,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    database,
    RESP: 2,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    name: 'cordgate',
  });
}
