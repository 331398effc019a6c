import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { ConversationKey, Store, StoredConversation, UsageTotals } from '../core/store.ts';
import { firstKeptDay } from './days.ts';
import { openDatabase } from './sqlite-file.ts';
import { SqliteTasks, TASK_TABLES } from './sqlite-tasks.ts';

const MIGRATIONS = [
  `CREATE TABLE installation (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE conversations (
     bot_id TEXT, caller_id TEXT, name TEXT,
     channel_id TEXT NOT NULL, bot_user_id TEXT NOT NULL, created_at INTEGER NOT NULL,
     PRIMARY KEY (bot_id, caller_id, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE counters (
     day TEXT, counter TEXT, value INTEGER NOT NULL, PRIMARY KEY (day, counter)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE usage (
     caller_id TEXT, bot_id TEXT,
     chats INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
     PRIMARY KEY (caller_id, bot_id)
   ) STRICT, WITHOUT ROWID;`,
  TASK_TABLES,
];

const STATEMENTS = {
  proposeId: `INSERT INTO installation VALUES ('id', ?) ON CONFLICT DO NOTHING`,
  readId: `SELECT value FROM installation WHERE name = 'id'`,
  find: 'SELECT * FROM conversations WHERE bot_id = ? AND caller_id = ? AND name = ?',
  list: 'SELECT * FROM conversations WHERE bot_id = ? ORDER BY created_at, caller_id, name',
  save: 'INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?, ?)',
  remove: 'DELETE FROM conversations WHERE bot_id = ? AND caller_id = ? AND name = ?',
  rename: `UPDATE OR IGNORE conversations SET name = ? WHERE bot_id = ? AND caller_id = ? AND name = ?`,
  noteBot: `UPDATE conversations SET bot_user_id = ?
    WHERE bot_id = ? AND caller_id = ? AND channel_id = ?`,
  forget: 'DELETE FROM counters WHERE day < ?',
  increment: `INSERT INTO counters VALUES (?, ?, 1)
    ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,
  count: 'SELECT value FROM counters WHERE day = ? AND counter = ?',
  addUsage: `INSERT INTO usage VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    chats = chats + excluded.chats, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
    completion_tokens = completion_tokens + excluded.completion_tokens`,
  listUsage: 'SELECT * FROM usage ORDER BY caller_id, bot_id',
} as const;

type Row = Record<string, SQLOutputValue>;

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
});

function prepareAll(database: DatabaseSync) {
  const prepare = (name: keyof typeof STATEMENTS) => database.prepare(STATEMENTS[name]);
  return {
    proposeId: prepare('proposeId'),
    readId: prepare('readId'),
    find: prepare('find'),
    list: prepare('list'),
    save: prepare('save'),
    remove: prepare('remove'),
    rename: prepare('rename'),
    noteBot: prepare('noteBot'),
    addUsage: prepare('addUsage'),
    listUsage: prepare('listUsage'),
    forget: prepare('forget'),
    increment: prepare('increment'),
    count: prepare('count'),
  };
}

class SqliteStore extends SqliteTasks implements Store {
  private readonly statements: ReturnType<typeof prepareAll>;
  /** Counters of earlier days than this are deleted already. */
  private forgottenBefore = '';

  constructor(path: string) {
    super(path, openDatabase(path, MIGRATIONS));
    this.statements = prepareAll(this.database);
  }

  async instanceId(): Promise<string> {
    return this.guard(() => {
      const known = this.statements.readId.get();
      if (known) return String(known.value);
      this.statements.proposeId.run(randomBytes(4).toString('hex'));
      // Read again: another process may have been faster.
      return String(this.statements.readId.get()?.value);
    });
  }

  async findConversation(key: ConversationKey): Promise<StoredConversation | undefined> {
    return this.guard(() => {
      const row = this.statements.find.get(key.botId, key.callerId, key.name);
      return row && toConversation(row);
    });
  }

  async listConversations(botId: string): Promise<StoredConversation[]> {
    return this.guard(() => this.statements.list.all(botId).map(toConversation));
  }

  async saveConversation(conversation: StoredConversation): Promise<void> {
    const { botId, callerId, name, channelId, botUserId, createdAt } = conversation;
    this.guard(() => this.statements.save.run(botId, callerId, name, channelId, botUserId, createdAt));
  }

  async renameConversation(key: ConversationKey, newName: string): Promise<'renamed' | 'exists' | 'missing'> {
    return this.guard(() => {
      const { botId, callerId, name } = key;
      if (!this.statements.find.get(botId, callerId, name)) return 'missing';
      if (this.statements.find.get(botId, callerId, newName)) return 'exists';
      return this.statements.rename.run(newName, botId, callerId, name).changes > 0 ? 'renamed' : 'exists';
    });
  }

  async noteBot(
    key: Pick<ConversationKey, 'botId' | 'callerId'>,
    channelId: string,
    botUserId: string,
  ): Promise<void> {
    this.guard(() => this.statements.noteBot.run(botUserId, key.botId, key.callerId, channelId));
  }

  async deleteConversation(key: ConversationKey): Promise<boolean> {
    return this.guard(() => this.statements.remove.run(key.botId, key.callerId, key.name).changes > 0);
  }

  async increment(counter: string, day: string): Promise<number> {
    const firstDay = firstKeptDay(day);
    return this.write(() => {
      this.forgetBefore(firstDay);
      return Number(this.statements.increment.get(day, counter)?.value);
    });
  }

  async count(counter: string, day: string): Promise<number> {
    return this.guard(() => Number(this.statements.count.get(day, counter)?.value ?? 0));
  }

  async addUsage({ callerId, botId, chats, promptTokens, completionTokens }: UsageTotals): Promise<void> {
    await this.write(() =>
      this.statements.addUsage.run(callerId, botId, chats, promptTokens, completionTokens),
    );
  }

  async listUsage(): Promise<UsageTotals[]> {
    return this.guard(() => this.statements.listUsage.all().map(toUsage));
  }

  private forgetBefore(firstDay: string): void {
    if (firstDay <= this.forgottenBefore) return;
    this.statements.forget.run(firstDay);
    this.forgottenBefore = firstDay;
  }
}

/**
 * A store in one SQLite file; folder and file are created when missing.
 * @throws GatewayError internal when the file is no database, not writable, of another program or of a newer cordgate
 */
export function openSqliteStore(path: string): Store {
  return new SqliteStore(path);
}
