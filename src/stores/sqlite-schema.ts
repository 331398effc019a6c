/** The tables of the SQLite store, as they came to be. */

/**
 * What brings a file from each version to the next. Only ever append: files of every version are out there. The function
 * `search_text(body)` is there while they run.
 */
export const MIGRATIONS: readonly string[] = [
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
  `CREATE TABLE tasks (
     id INTEGER PRIMARY KEY, caller_id TEXT NOT NULL, bot_id TEXT NOT NULL, account_id TEXT NOT NULL,
     status TEXT NOT NULL, ended INTEGER NOT NULL, submitted_at INTEGER NOT NULL, revision INTEGER NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX tasks_caller ON tasks (caller_id);
   CREATE INDEX tasks_account ON tasks (account_id);
   CREATE INDEX tasks_bot ON tasks (bot_id);
   CREATE INDEX tasks_open ON tasks (id) WHERE ended = 0;
   CREATE INDEX tasks_status ON tasks (status) WHERE ended = 1;
   CREATE INDEX tasks_age ON tasks (submitted_at) WHERE ended = 1;
   CREATE TABLE task_files (
     task_id INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, content_type TEXT NOT NULL,
     bytes BLOB NOT NULL, PRIMARY KEY (task_id, place)
   ) STRICT;
   CREATE TABLE account_states (
     bot_id TEXT, account_id TEXT, body TEXT NOT NULL, PRIMARY KEY (bot_id, account_id)
   ) STRICT, WITHOUT ROWID;`,
  // `id` is the rowid: numbers in order. `ended` stands beside the status because no index may be written at each step of
  // an open task. Each index leads along the ids; what stands behind the id in it is only checked, without looking into
  // the row. The search texts have a table of their own: it is narrow enough to be read from one end to the other.
  `CREATE TABLE newer_tasks (
     id INTEGER PRIMARY KEY, caller_id TEXT NOT NULL, bot_id TEXT NOT NULL, account_id TEXT NOT NULL,
     driver TEXT NOT NULL, verb TEXT NOT NULL, status TEXT NOT NULL, ended INTEGER NOT NULL,
     untold INTEGER NOT NULL, submitted_at INTEGER NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL
   ) STRICT;
   INSERT INTO newer_tasks SELECT id, caller_id, bot_id, account_id, coalesce(body ->> '$.driver', ''),
     coalesce(body ->> '$.request.verb', ''), status, ended, 0, submitted_at, revision, body FROM tasks ORDER BY id;
   CREATE TABLE task_words (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
   INSERT INTO task_words SELECT id, search_text(body) FROM tasks ORDER BY id;
   DROP TABLE tasks;
   ALTER TABLE newer_tasks RENAME TO tasks;
   CREATE INDEX tasks_caller ON tasks (caller_id, id, account_id, bot_id, verb, driver);
   CREATE INDEX tasks_caller_ended ON tasks (caller_id, status, id, account_id, bot_id, verb, driver) WHERE ended = 1;
   CREATE INDEX tasks_account ON tasks (account_id, id, bot_id, verb, driver);
   CREATE INDEX tasks_bot ON tasks (bot_id, id, verb, driver);
   CREATE INDEX tasks_verb ON tasks (verb, id, driver);
   CREATE INDEX tasks_driver ON tasks (driver, id);
   CREATE INDEX tasks_open ON tasks (id) WHERE ended = 0;
   CREATE INDEX tasks_status ON tasks (status, id, account_id, bot_id, verb, driver) WHERE ended = 1;
   CREATE INDEX tasks_untold ON tasks (id) WHERE untold = 1;
   CREATE INDEX tasks_submitted ON tasks (submitted_at);
   CREATE INDEX tasks_age ON tasks (submitted_at) WHERE ended = 1;
   CREATE TRIGGER task_gone AFTER DELETE ON tasks BEGIN DELETE FROM task_words WHERE id = OLD.id; END;
   ALTER TABLE usage ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE usage ADD COLUMN videos INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE daily_usage (
     day TEXT, caller_id TEXT, bot_id TEXT, chats INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL,
     completion_tokens INTEGER NOT NULL, pictures INTEGER NOT NULL, videos INTEGER NOT NULL,
     PRIMARY KEY (day, caller_id, bot_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE keys (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
];
