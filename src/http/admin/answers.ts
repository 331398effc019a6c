/** What the management answers with, as schemas: for the OpenAPI document and for programs. */
import { z } from 'zod';
import { studioSchema } from '../native/answers.ts';
import { VERBS } from '../native/fields.ts';

const moment = z.int().describe('milliseconds since the epoch');

/** A copy of the store. */
export const backupSchema = z
  .strictObject({
    path: z.string().describe('file on the gateway’s machine'),
    bytes: z.int(),
  })
  .meta({ id: 'Backup' });

const accountOverviewSchema = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['bot', 'user']),
    state: z
      .string()
      .describe(
        'off, idle, connecting, ready, reconnecting, disabled, closed: how its connection to Discord is',
      ),
    reason: z.string().optional(),
    remedy: z.string().optional().describe('what to do when a person is needed'),
    since: moment,
    enabled: z.boolean(),
  })
  .meta({ id: 'AccountOverview' });

const botOverviewSchema = z
  .strictObject({
    id: z.string(),
    driver: z.string(),
    kind: z.enum(['chat', 'pictures', 'videos']),
    models: z.array(z.string()),
    verbs: z.array(z.enum(['chat', ...VERBS])),
    state: z.enum(['ready', 'trouble']),
    reason: z.string().optional(),
    remedy: z.string().optional(),
    channels: z.int().optional().describe('channels that the gateway holds; chat bots only'),
    queued: z.int(),
    running: z.int(),
  })
  .meta({ id: 'BotOverview' });

/** Everything at a glance. */
export const overviewSchema = z.strictObject({
  version: z.string(),
  startedAt: moment,
  ready: z.boolean(),
  reasons: z.array(z.string()),
  store: z.strictObject({ driver: z.string(), ok: z.boolean() }),
  accounts: z.array(accountOverviewSchema),
  bots: z.array(botOverviewSchema),
  studios: z.array(studioSchema),
  needsPerson: z
    .array(
      z.strictObject({
        account: z.string(),
        bot: z.string().optional(),
        reason: z.string(),
        text: z.string(),
        link: z.string().optional(),
        remedy: z.string(),
        since: moment,
      }),
    )
    .describe('what goes on only when a person acts, the longest waiting first'),
  activity: z
    .array(
      z.strictObject({
        at: moment,
        requests: z.int(),
        errors: z.int(),
        p50Ms: z.number().nullable(),
        p95Ms: z.number().nullable(),
      }),
    )
    .describe('the last 60 minutes, oldest first; calls of the web interface are left out'),
});

const counts = {
  chats: z.int(),
  promptTokens: z.int(),
  completionTokens: z.int(),
  pictures: z.int().describe('tasks that ended with pictures'),
  videos: z.int().describe('tasks that ended with videos'),
};

/** What every key has used of every bot. */
export const usageSchema = z.strictObject({
  usage: z.array(z.strictObject({ key: z.string(), bot: z.string(), ...counts })),
  total: z.strictObject(counts),
  daily: z.array(z.strictObject({ day: z.string(), key: z.string(), bot: z.string(), ...counts })),
});

const keyFields = {
  name: z.string(),
  bots: z.array(z.string()),
  admin: z.boolean(),
  requestsPerMinute: z.int().optional(),
  source: z.enum(['file', 'made']).describe('"file": of auth.keys in cordgate.yaml, changed there only'),
  createdAt: moment.optional(),
};

/** A key without its secret. */
export const keySchema = z.strictObject(keyFields).meta({ id: 'Key' });

/** All keys. */
export const keysSchema = z.strictObject({ keys: z.array(keySchema) });

/** A key that was just made. */
export const madeKeySchema = z.strictObject({
  ...keyFields,
  key: z.string().describe('the key itself; it is never shown again'),
});

const entry = z.record(z.string(), z.unknown());

/** The configuration without its secrets. */
export const configSchema = z.strictObject({
  path: z.string().nullable(),
  writable: z.boolean(),
  reason: z.string().optional().describe('why it is not writable'),
  accounts: z.array(entry).describe('as in cordgate.yaml, "hasToken" in place of the token'),
  bots: z.array(entry).describe('as in cordgate.yaml, all options'),
});

/** What became of a change of the configuration. */
export const changedSchema = z.strictObject({
  account: entry.optional(),
  bot: entry.optional(),
  notes: z.array(z.string()),
  restart: z
    .array(z.string())
    .describe('sections of the file that changed as well and count after a restart'),
});

/** How an account is after a new login. */
export const loginSchema = z.strictObject({
  account: z.string(),
  state: z.string(),
  reason: z.string().optional(),
});
