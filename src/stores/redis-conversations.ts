/** Conversations in Redis: one hash for each bot, its fields by caller and name. */
import type { ConversationKey, StoredConversation } from '../core/store.ts';
import { guarded, type RedisWriter } from './redis-writer.ts';

/**
 * A value has three lines of JSON: the user id of the bot, which alone changes; caller and channel, to be found by; the
 * rest. JSON holds no line breaks, so that scripts need not read it.
 */
type Kept = Omit<StoredConversation, 'botUserId'>;

/** ARGV: bot's part of the key, old field, new field. The answer is the contract's own. */
const RENAME = guarded(`
local key = P .. ARGV[4]
local value = redis.call('HGET', key, ARGV[5])
if not value then return 'missing' end
if redis.call('HEXISTS', key, ARGV[6]) == 1 then return 'exists' end
redis.call('HDEL', key, ARGV[5])
redis.call('HSET', key, ARGV[6], value)
return 'renamed'`);

/** ARGV: bot's part of the key, caller and channel as JSON, the user id of the bot as JSON. */
const NOTE_BOT = guarded(`
local key = P .. ARGV[4]
local all = redis.call('HGETALL', key)
for place = 1, #all, 2 do
  local about, rest = string.match(all[place + 1], '^[^\\n]*\\n([^\\n]*)\\n(.*)$')
  if about == ARGV[5] then redis.call('HSET', key, all[place], ARGV[6] .. '\\n' .. about .. '\\n' .. rest) end
end
return 0`);

/** The conversations of a Redis store. */
export class RedisConversations {
  private readonly writer: RedisWriter;

  constructor(writer: RedisWriter) {
    this.writer = writer;
  }

  /** A conversation by its key. */
  async find(key: ConversationKey): Promise<StoredConversation | undefined> {
    const value = await this.writer.link.call(['HGET', this.writer.key(setOf(key.botId)), fieldOf(key)]);
    return typeof value === 'string' ? conversationOf(fieldOf(key), value) : undefined;
  }

  /** The conversations of a bot, oldest first. */
  async list(botId: string): Promise<StoredConversation[]> {
    const all = (await this.writer.link.call(['HGETALL', this.writer.key(setOf(botId))])) as string[];
    const found: StoredConversation[] = [];
    for (let place = 0; place + 1 < all.length; place += 2) {
      found.push(conversationOf(all[place] ?? '', all[place + 1] ?? ''));
    }
    return found.sort(oldestFirst);
  }

  /** Writes a conversation, replacing the one of the same key. */
  async save({ botUserId, ...kept }: StoredConversation): Promise<void> {
    const value = [botUserId, [kept.callerId, kept.channelId], kept satisfies Kept];
    const lines = value.map((line) => JSON.stringify(line)).join('\n');
    await this.writer.command('HSET', this.writer.key(setOf(kept.botId)), fieldOf(kept), lines);
  }

  /** Gives a conversation another name. May be repeated when no answer came: then the new name `exists`. */
  async rename(key: ConversationKey, newName: string): Promise<'renamed' | 'exists' | 'missing'> {
    const words = [setOf(key.botId), fieldOf(key), fieldOf({ ...key, name: newName })];
    const outcome = await this.writer.write(RENAME, words);
    return outcome === 'renamed' || outcome === 'exists' ? outcome : 'missing';
  }

  /** Notes which bot answers in the conversation of a channel. */
  async noteBot(
    { botId, callerId }: Pick<ConversationKey, 'botId' | 'callerId'>,
    channelId: string,
    botUserId: string,
  ): Promise<void> {
    const about = JSON.stringify([callerId, channelId]);
    await this.writer.write(NOTE_BOT, [setOf(botId), about, JSON.stringify(botUserId)]);
  }

  /** True when there was one. */
  async delete(key: ConversationKey): Promise<boolean> {
    return (await this.writer.command('HDEL', this.writer.key(setOf(key.botId)), fieldOf(key))) === 1;
  }
}

const setOf = (botId: string) => `conversations:${JSON.stringify(botId)}`;

const fieldOf = ({ callerId, name }: Pick<ConversationKey, 'callerId' | 'name'>) =>
  JSON.stringify([callerId, name]);

/** The name is that of the field: a conversation may have been renamed since it was written. */
function conversationOf(field: string, value: string): StoredConversation {
  const [botUserId = '""', , kept = '{}'] = value.split('\n');
  const [, name] = JSON.parse(field) as [string, string];
  return { ...(JSON.parse(kept) as Kept), name, botUserId: JSON.parse(botUserId) as string };
}

function oldestFirst(a: StoredConversation, b: StoredConversation): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return fieldOf(a) < fieldOf(b) ? -1 : 1;
}
