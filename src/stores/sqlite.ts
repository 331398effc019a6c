import { randomBytes } from 'node:crypto';
import type {
  ConversationKey,
  DailyUsage,
  Store,
  StoredConversation,
  StoredKey,
  UsageTotals,
} from '../core/store.ts';
import { firstKeptDay, firstUsageDay } from './days.ts';
import { type Row, SqliteConnection } from './sqlite-connection.ts';
import { SqliteTasks } from './sqlite-tasks.ts';

const ADDED = `chats = chats + excluded.chats, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
  completion_tokens = completion_tokens + excluded.completion_tokens, pictures = pictures + excluded.pictures,
  videos = videos + excluded.videos`;

const STATEMENTS = {
  proposeId: `INSERT INTO installation VALUES ('id', ?) ON CONFLICT DO NOTHING`,
  readId: `SELECT value FROM installation WHERE name = 'id'`,
  find: 'SELECT * FROM conversations WHERE bot_id = ? AND caller_id = ? AND name = ?',
  list: 'SELECT * FROM conversations WHERE bot_id = ? ORDER BY created_at, caller_id, name',
  save: 'INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?, ?)',
  remove: 'DELETE FROM conversations WHERE bot_id = ? AND caller_id = ? AND name = ?',
  rename: `UPDATE conversations SET name = ? WHERE bot_id = ? AND caller_id = ? AND name = ?`,
  noteBot: `UPDATE conversations SET bot_user_id = ?
    WHERE bot_id = ? AND caller_id = ? AND channel_id = ?`,
  forget: 'DELETE FROM counters WHERE day < ?',
  increment: `INSERT INTO counters VALUES (?, ?, 1)
    ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,
  count: 'SELECT value FROM counters WHERE day = ? AND counter = ?',
  addUsage: `INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ${ADDED}`,
  addDailyUsage: `INSERT INTO daily_usage VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ${ADDED}`,
  forgetUsage: 'DELETE FROM daily_usage WHERE day < ?',
  listUsage: 'SELECT * FROM usage ORDER BY caller_id, bot_id',
  listDailyUsage: 'SELECT * FROM daily_usage WHERE day >= ? ORDER BY day, caller_id, bot_id',
  saveKey: 'INSERT OR REPLACE INTO keys VALUES (?, ?)',
  deleteKey: 'DELETE FROM keys WHERE name = ?',
  listKeys: 'SELECT body FROM keys ORDER BY name',
} as const;

const toConversation = (row: Row): StoredConversation => ({
  botId: String(row.bot_id),
  callerId: String(row.caller_id),
  name: String(row.name),
  channelId: String(row.channel_id),
  botUserId: String(row.bot_user_id),
  createdAt: Number(row.created_at),
});

const toUsage = (row: Row): UsageTotals => ({
  callerId: String(row.caller_id),
  botId: String(row.bot_id),
  chats: Number(row.chats),
  promptTokens: Number(row.prompt_tokens),
  completionTokens: Number(row.completion_tokens),
  pictures: Number(row.pictures),
  videos: Number(row.videos),
});

class SqliteStore extends SqliteTasks implements Store {
  /** Counters, and usage, of earlier days than these are deleted already. */
  private countersFrom = '';
  private usageFrom = '';

  constructor(path: string) {
    super(new SqliteConnection(path));
  }

  async open(): Promise<void> {
    this.countersFrom = '';
    this.usageFrom = '';
    this.connection.open();
  }

  async ping(): Promise<void> {
    this.connection.check();
  }

  async backup(path: string): Promise<void> {
    await this.connection.backup(path);
  }

  async instanceId(): Promise<string> {
    const known = this.read(() => this.statement(STATEMENTS.readId).get());
    if (known) return String(known.value);
    return this.connection.write(() => {
      this.statement(STATEMENTS.proposeId).run(randomBytes(4).toString('hex'));
      return String(this.statement(STATEMENTS.readId).get()?.value);
    });
  }

  async findConversation(key: ConversationKey): Promise<StoredConversation | undefined> {
    return this.read(() => {
      const row = this.statement(STATEMENTS.find).get(key.botId, key.callerId, key.name);
      return row && toConversation(row);
    });
  }

  async listConversations(botId: string): Promise<StoredConversation[]> {
    return this.read(() => this.statement(STATEMENTS.list).all(botId).map(toConversation));
  }

  async saveConversation(conversation: StoredConversation): Promise<void> {
    const { botId, callerId, name, channelId, botUserId, createdAt } = conversation;
    const row = [botId, callerId, name, channelId, botUserId, createdAt] as const;
    await this.connection.write(() => this.statement(STATEMENTS.save).run(...row));
  }

  async renameConversation(key: ConversationKey, newName: string): Promise<'renamed' | 'exists' | 'missing'> {
    const { botId, callerId, name } = key;
    return this.connection.write(() => {
      if (!this.statement(STATEMENTS.find).get(botId, callerId, name)) return 'missing';
      if (this.statement(STATEMENTS.find).get(botId, callerId, newName)) return 'exists';
      this.statement(STATEMENTS.rename).run(newName, botId, callerId, name);
      return 'renamed';
    });
  }

  async noteBot(
    { botId, callerId }: Pick<ConversationKey, 'botId' | 'callerId'>,
    channelId: string,
    botUserId: string,
  ): Promise<void> {
    await this.connection.write(() =>
      this.statement(STATEMENTS.noteBot).run(botUserId, botId, callerId, channelId),
    );
  }

  async deleteConversation({ botId, callerId, name }: ConversationKey): Promise<boolean> {
    return this.connection.write(
      () => this.statement(STATEMENTS.remove).run(botId, callerId, name).changes > 0,
    );
  }

  async increment(counter: string, day: string): Promise<number> {
    const firstDay = firstKeptDay(day);
    return this.connection.write(() => {
      if (firstDay > this.countersFrom) this.statement(STATEMENTS.forget).run(firstDay);
      this.countersFrom = nextFirst(this.countersFrom, day, firstDay);
      return Number(this.statement(STATEMENTS.increment).get(day, counter)?.value);
    });
  }

  async count(counter: string, day: string): Promise<number> {
    return this.read(() => Number(this.statement(STATEMENTS.count).get(day, counter)?.value ?? 0));
  }

  async addUsage({ day, ...usage }: DailyUsage): Promise<void> {
    const firstDay = firstUsageDay(day);
    const row = toRow(usage);
    await this.connection.write(() => {
      if (firstDay > this.usageFrom) this.statement(STATEMENTS.forgetUsage).run(firstDay);
      this.usageFrom = nextFirst(this.usageFrom, day, firstDay);
      this.statement(STATEMENTS.addUsage).run(...row);
      this.statement(STATEMENTS.addDailyUsage).run(day, ...row);
    });
  }

  async listUsage(): Promise<UsageTotals[]> {
    return this.read(() => this.statement(STATEMENTS.listUsage).all().map(toUsage));
  }

  async listDailyUsage(since: string): Promise<DailyUsage[]> {
    return this.read(() => {
      const rows = this.statement(STATEMENTS.listDailyUsage).all(since);
      return rows.map((row) => ({ ...toUsage(row), day: String(row.day) }));
    });
  }

  async saveKey(key: StoredKey): Promise<void> {
    const body = JSON.stringify(key);
    await this.connection.write(() => this.statement(STATEMENTS.saveKey).run(key.name, body));
  }

  async deleteKey(name: string): Promise<boolean> {
    return this.connection.write(() => this.statement(STATEMENTS.deleteKey).run(name).changes > 0);
  }

  async listKeys(): Promise<StoredKey[]> {
    const rows = this.read(() => this.statement(STATEMENTS.listKeys).all());
    return rows.map(({ body }) => JSON.parse(String(body)) as StoredKey);
  }

  async close(): Promise<void> {
    this.connection.close();
  }
}

/** A day that was forgotten already is written again when the clock was set back: then it is to be forgotten again. */
function nextFirst(from: string, day: string, firstDay: string): string {
  return firstDay > from || day < from ? firstDay : from;
}

function toRow(usage: UsageTotals) {
  const { callerId, botId, chats, promptTokens, completionTokens, pictures, videos } = usage;
  return [callerId, botId, chats, promptTokens, completionTokens, pictures, videos] as const;
}

/**
 * A store in one SQLite file; folder and file are created when missing. It is opened by `open()`, or by its first use; then the
 * file belongs to this process. `open()` throws GatewayError internal when the file is no database, not writable, held by
 * another process, of another program or of a newer cordgate.
 */
export function openSqliteStore(path: string): Store {
  return new SqliteStore(path);
}
