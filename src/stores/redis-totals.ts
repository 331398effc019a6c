/** Counters and usage in Redis: a hash for each day, and for all time. */
import type { DailyUsage, UsageTotals } from '../core/store.ts';
import { firstKeptDay, firstUsageDay } from './days.ts';
import { guarded, type RedisWriter } from './redis-writer.ts';

const COUNTS = ['chats', 'promptTokens', 'completionTokens', 'pictures', 'videos'] as const;

/** ARGV[4]: a kind of days, ARGV[5]: one of them, ARGV[6]: the first one to keep. */
const DAYS = `
local kind, day = ARGV[4], ARGV[5]
for _, old in ipairs(redis.call('ZRANGE', P .. kind .. '-days', '-', '(' .. ARGV[6], 'BYLEX')) do
  redis.call('DEL', P .. kind .. ':' .. old)
  redis.call('ZREM', P .. kind .. '-days', old)
end
redis.call('ZADD', P .. kind .. '-days', 0, day)
`;

/** ARGV[7]: the counter. */
const INCREMENT = guarded(`${DAYS} return redis.call('HINCRBY', P .. kind .. ':' .. day, ARGV[7], 1)`);

/** ARGV from 7 on: fields and what is added to them. */
const ADD_USAGE = guarded(`${DAYS}
for place = 7, #ARGV, 2 do
  redis.call('HINCRBY', P .. kind .. ':' .. day, ARGV[place], ARGV[place + 1])
  redis.call('HINCRBY', P .. kind .. ':all', ARGV[place], ARGV[place + 1])
end
return 0`);

/** What is added up in a Redis store. */
export class RedisTotals {
  private readonly writer: RedisWriter;

  constructor(writer: RedisWriter) {
    this.writer = writer;
  }

  /**
   * Adds one to a counter of a day and gives the new value. When no answer came it may have been counted: a repeat then
   * counts it twice, never too little.
   */
  async increment(counter: string, day: string): Promise<number> {
    return Number(await this.writer.write(INCREMENT, ['counters', day, firstKeptDay(day), counter]));
  }

  /** The value of a counter of a day. */
  async count(counter: string, day: string): Promise<number> {
    return Number(await this.writer.link.call(['HGET', this.writer.key(`counters:${day}`), counter]));
  }

  /** Adds to the totals and to those of the day; like `increment` when no answer came. */
  async addUsage(usage: DailyUsage): Promise<void> {
    const fields = COUNTS.flatMap((count) =>
      usage[count] === 0 ? [] : [fieldOf(usage, count), String(usage[count])],
    );
    // A caller that has used nothing is listed all the same.
    const words = fields.length === 0 ? [fieldOf(usage, 'chats'), '0'] : fields;
    await this.writer.write(ADD_USAGE, ['usage', usage.day, firstUsageDay(usage.day), ...words]);
  }

  /** The totals of every caller at every bot. */
  async listUsage(): Promise<UsageTotals[]> {
    return this.totalsOf('all');
  }

  /** The totals of each day from one on, oldest first. */
  async listDailyUsage(since: string): Promise<DailyUsage[]> {
    const range = ['ZRANGE', this.writer.key('usage-days'), `[${since}`, '+', 'BYLEX'];
    const days = (await this.writer.link.call(range)) as string[];
    const totals = await Promise.all(
      days.map(async (day) => (await this.totalsOf(day)).map((usage): DailyUsage => ({ ...usage, day }))),
    );
    return totals.flat();
  }

  private async totalsOf(span: string): Promise<UsageTotals[]> {
    const all = (await this.writer.link.call(['HGETALL', this.writer.key(`usage:${span}`)])) as string[];
    const totals = new Map<string, Record<string, unknown>>();
    for (let place = 0; place + 1 < all.length; place += 2) {
      const [callerId, botId, count] = JSON.parse(all[place] ?? '[]') as [string, string, string];
      const key = JSON.stringify([callerId, botId]);
      const known = totals.get(key) ?? { callerId, botId, ...NOTHING };
      totals.set(key, { ...known, [count]: Number(all[place + 1]) });
    }
    return [...totals.values()] as unknown as UsageTotals[];
  }
}

const NOTHING = { chats: 0, promptTokens: 0, completionTokens: 0, pictures: 0, videos: 0 };

const fieldOf = ({ callerId, botId }: UsageTotals, count: string) => JSON.stringify([callerId, botId, count]);
