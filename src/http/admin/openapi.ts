import { z } from 'zod';
import { errorSchema, studiosSchema } from '../native/answers.ts';
import { taskPaths } from '../native/openapi.ts';
import type { Described, Section } from '../openapi/describe.ts';
import {
  backupSchema,
  changedSchema,
  configSchema,
  keySchema,
  keysSchema,
  loginSchema,
  madeKeySchema,
  overviewSchema,
  usageSchema,
} from './answers.ts';
import { changedKeySchema, newKeySchema } from './keys.ts';
import { logQuerySchema } from './logs.ts';
import { ACCOUNT_ORDERS } from './task-routes.ts';
import { usageQuerySchema } from './usage.ts';

const BASE = '/admin/api';
const access = 'admin';
const ACCOUNT = { id: 'name of the account (accounts[].id)' };
const KEY = { name: 'name of the key' };

const LOOKS: readonly Described[] = [
  {
    method: 'get',
    path: `${BASE}/overview`,
    access,
    does: 'Shows everything at a glance',
    answers: [{ status: 200, is: 'Accounts, bots, the store, and who is needed.', json: overviewSchema }],
  },
  {
    method: 'get',
    path: `${BASE}/usage`,
    access,
    does: 'Tells what every key has used of every bot',
    query: usageQuerySchema,
    answers: [{ status: 200, is: 'Totals since the store was made, and of each day.', json: usageSchema }],
  },
  {
    method: 'get',
    path: `${BASE}/logs`,
    access,
    does: 'Shows the newest lines of the log, then each new one as it is written',
    query: logQuerySchema,
    answers: [
      {
        status: 200,
        is: 'Events until the caller leaves.',
        other: {
          'text/event-stream': z
            .string()
            .describe(
              'Server-sent events: "log" (data: {id, at, level, msg, …fields}), "missed" (data: {count}).',
            ),
        },
      },
    ],
  },
];

const BACKUPS: readonly Described[] = [
  {
    method: 'post',
    path: `${BASE}/backup`,
    access,
    does: 'Copies the store into a new file on the gateway’s machine, while it is in use (sqlite)',
    answers: [{ status: 201, is: 'Where the copy is.', json: backupSchema }],
  },
];

const KEYS: readonly Described[] = [
  {
    method: 'get',
    path: `${BASE}/keys`,
    access,
    does: 'Lists all keys, without their secrets',
    answers: [{ status: 200, is: 'Those of the file first.', json: keysSchema }],
  },
  {
    method: 'post',
    path: `${BASE}/keys`,
    access,
    does: 'Makes a key',
    body: { json: newKeySchema },
    answers: [{ status: 201, is: 'The key; it is shown this once.', json: madeKeySchema }],
  },
  {
    method: 'patch',
    path: `${BASE}/keys/{name}`,
    access,
    does: 'Changes what a key may',
    params: KEY,
    body: { json: changedKeySchema },
    answers: [{ status: 200, is: 'The key as it is now.', json: keySchema }],
  },
  {
    method: 'delete',
    path: `${BASE}/keys/{name}`,
    access,
    does: 'Revokes a key, from the next request on',
    params: KEY,
    answers: [{ status: 204, is: 'It opens nothing any more.' }],
  },
];

const ORDERS: readonly Described[] = ACCOUNT_ORDERS.map((order) => ({
  method: 'post',
  path: `${BASE}/accounts/{id}/${order}`,
  access,
  does: {
    pause: 'Stops new work of an account',
    resume: 'Lets an account work again',
    drain: 'Lets an account end what is queued, and take no more',
  }[order],
  params: ACCOUNT,
  query: z.object({ bot: z.string().optional().describe('only for this bot') }),
  body: { json: z.object({ bot: z.string().optional() }), isOptional: true },
  answers: [{ status: 200, is: 'The account as it is now.', json: studiosSchema }],
}));

const ENTRY = z
  .record(z.string(), z.unknown())
  .describe('the keys of the entry as in cordgate.yaml (docs/configuration.md), without its id');

const CONFIGURATION: readonly Described[] = [
  {
    method: 'get',
    path: `${BASE}/config`,
    access,
    does: 'Shows the accounts and bots of the configuration, without secrets',
    answers: [{ status: 200, is: 'The configuration.', json: configSchema }],
  },
  ...(['accounts', 'bots'] as const).flatMap((list): Described[] => [
    {
      method: 'put',
      path: `${BASE}/config/${list}/{id}`,
      access,
      does: `Adds or changes an entry of ${list}, and goes on with it`,
      details:
        'Checked as a whole file; written back to cordgate.yaml with its comments. A wrong one changes nothing.',
      params: { id: 'id of the entry' },
      body: { json: ENTRY },
      answers: [
        { status: 200, is: 'It was changed.', json: changedSchema },
        { status: 201, is: 'It was added.', json: changedSchema },
      ],
    },
    {
      method: 'delete',
      path: `${BASE}/config/${list}/{id}`,
      access,
      does: `Removes an entry of ${list}`,
      params: { id: 'id of the entry' },
      answers: [{ status: 204, is: 'It is removed.' }],
    },
  ]),
  {
    method: 'post',
    path: `${BASE}/accounts/{id}/reconnect`,
    access,
    does: 'Logs an account in anew',
    params: ACCOUNT,
    answers: [{ status: 200, is: 'How it is afterwards.', json: loginSchema }],
  },
  {
    method: 'post',
    path: `${BASE}/check`,
    access,
    does: 'Proves that every account can do its job, and tells what it finds',
    answers: [
      {
        status: 200,
        is: 'Events until the check ends.',
        other: {
          'text/event-stream': z
            .string()
            .describe('Server-sent events: "finding" (data: {level, about, message, remedy?}), then "done".'),
        },
      },
    ],
  },
];

/** The management. */
export const ADMIN: Section = {
  name: 'management',
  about: 'What operators see and change. Admin keys only.',
  error: errorSchema,
  errorText: 'An error, with the HTTP status of its code.',
  paths: [...LOOKS, ...BACKUPS, ...KEYS, ...ORDERS, ...taskPaths(BASE, access), ...CONFIGURATION],
};
