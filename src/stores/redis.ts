import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../core/clock.ts';
import { type Log, silentLog } from '../core/log.ts';
import type { ConversationKey, DailyUsage, Store, StoredConversation, StoredKey } from '../core/store.ts';
import { RedisConversations } from './redis-conversations.ts';
import { LEASE_MS, RedisLease } from './redis-lease.ts';
import { RedisLink } from './redis-link.ts';
import { checkServer } from './redis-server.ts';
import { RedisTasks } from './redis-tasks.ts';
import { RedisTotals } from './redis-totals.ts';
import { redisTarget } from './redis-url.ts';
import { guarded, RedisWriter } from './redis-writer.ts';

/** What a Redis store takes beside its address. */
export interface RedisStoreOptions {
  readonly log?: Log;
  /** The machine's clock when left out. */
  readonly clock?: Clock;
  /** What all keys begin with; `cordgate:` when left out. Another one for each gateway on the same database. */
  readonly prefix?: string;
  /** Without a renewal another process may take the store over after so long, in milliseconds; 15,000 when left out. */
  readonly leaseMs?: number;
}

/** ARGV: a name. Gives the installation's name, which is this one when there was none. */
const NAME = guarded(`
redis.call('SET', P .. 'instance', ARGV[4], 'NX')
return redis.call('GET', P .. 'instance')`);

/** The form in which everything is kept. A later one needs another number here, and a way from this one. */
const FORMAT = '1';

/** ARGV: our form. Gives the form of what is stored. */
const NOTE_FORMAT = guarded(`
redis.call('SET', P .. 'format', ARGV[4], 'NX')
return redis.call('GET', P .. 'format')`);

class RedisStore extends RedisTasks implements Store {
  private readonly link: RedisLink;
  private readonly lease: RedisLease;
  private readonly conversations: RedisConversations;
  private readonly totals: RedisTotals;
  private readonly log: Log;

  constructor(url: string, options: RedisStoreOptions) {
    const { log = silentLog, clock = systemClock, leaseMs = LEASE_MS } = options;
    // The braces put all keys into one slot of a cluster.
    const prefix = `${options.prefix ?? 'cordgate:'}{store}:`;
    const link = new RedisLink(redisTarget(url), { clock, log });
    const lease = new RedisLease({ link, clock, log, prefix, leaseMs });
    const writer = new RedisWriter(link, lease, prefix);
    super(writer);
    this.link = link;
    this.lease = lease;
    this.log = log;
    this.conversations = new RedisConversations(writer);
    this.totals = new RedisTotals(writer);
  }

  async open(signal?: AbortSignal): Promise<void> {
    try {
      await this.link.open();
      await checkServer(this.link, this.log);
      await this.lease.take(signal);
      const format = String(await this.writer.write(NOTE_FORMAT, [FORMAT]));
      if (format !== FORMAT)
        throw new Error(`The store ${this.link.target.name} was written by a newer cordgate.`);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.link.onConnect = () => this.takeUp();
    this.link.onReady = () => void this.settleDoubts().catch(() => {});
  }

  async ping(): Promise<void> {
    this.lease.check();
    await this.link.call(['PING']);
  }

  async instanceId(): Promise<string> {
    return String(await this.writer.write(NAME, [randomBytes(4).toString('hex')]));
  }

  async findConversation(key: ConversationKey): Promise<StoredConversation | undefined> {
    return this.conversations.find(key);
  }

  async listConversations(botId: string): Promise<StoredConversation[]> {
    return this.conversations.list(botId);
  }

  async saveConversation(conversation: StoredConversation): Promise<void> {
    return this.conversations.save(conversation);
  }

  async renameConversation(key: ConversationKey, newName: string): Promise<'renamed' | 'exists' | 'missing'> {
    return this.conversations.rename(key, newName);
  }

  async noteBot(
    key: Pick<ConversationKey, 'botId' | 'callerId'>,
    channelId: string,
    botUserId: string,
  ): Promise<void> {
    return this.conversations.noteBot(key, channelId, botUserId);
  }

  async deleteConversation(key: ConversationKey): Promise<boolean> {
    return this.conversations.delete(key);
  }

  async increment(counter: string, day: string): Promise<number> {
    return this.totals.increment(counter, day);
  }

  async count(counter: string, day: string): Promise<number> {
    return this.totals.count(counter, day);
  }

  async addUsage(usage: DailyUsage): Promise<void> {
    return this.totals.addUsage(usage);
  }

  async listUsage() {
    return this.totals.listUsage();
  }

  async listDailyUsage(since: string): Promise<DailyUsage[]> {
    return this.totals.listDailyUsage(since);
  }

  async saveKey(key: StoredKey): Promise<void> {
    await this.writer.command('HSET', this.writer.key('keys'), key.name, JSON.stringify(key));
  }

  async deleteKey(name: string): Promise<boolean> {
    return (await this.writer.command('HDEL', this.writer.key('keys'), name)) === 1;
  }

  async listKeys(): Promise<StoredKey[]> {
    const values = (await this.link.call(['HVALS', this.writer.key('keys')])) as string[];
    return values.map((value) => JSON.parse(value) as StoredKey).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async close(): Promise<void> {
    // The lease ends by itself when the server cannot be told.
    await this.lease.release().catch(() => {});
    this.link.close();
  }

  /** A connection was made anew. The store may have been taken over: then it can still be read. */
  private async takeUp(): Promise<void> {
    await this.lease.renew().catch((error: unknown) => {
      if (!this.lease.isLost) throw error;
    });
  }
}

/**
 * A store on a Redis 7 server. It works from `open()` on, which waits up to 17 s for another gateway's lease to end.
 * @param url `redis[s]://[[user][:password]@]host[:port][/database]`
 * @throws Error when the address is none
 */
export function createRedisStore(url: string, options: RedisStoreOptions = {}): Store {
  return new RedisStore(url, options);
}
