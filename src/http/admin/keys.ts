import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { GatewayError } from '../../core/errors.ts';
import type { StoredKey } from '../../core/store.ts';
import type { KeyRing } from '../key-ring.ts';
import { addPath, type Guards } from '../native/answering.ts';
import { check } from '../native/check.ts';
import type { KeyBook } from './key-book.ts';

const bots = z
  .array(z.string().min(1))
  .min(1)
  .describe('ids of the bots that the key reaches; "*" = all')
  .meta({ examples: [['*']] });
const admin = z.boolean().describe('true = the key may use /admin/api');
const requestsPerMinute = z.int().min(0).describe('requests in a minute; 0 = no limit');

/** The body of `POST /keys`. */
export const newKeySchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((name) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(name), 'must not hold control or invisible characters')
    // Clients take them out of a path: such a key could not be revoked.
    .refine((name) => name !== '.' && name !== '..', 'must not be "." or ".."')
    .describe('stable name of the caller: conversations, tasks and usage belong to it'),
  bots: bots.default(['*']),
  admin: admin.default(false),
  requestsPerMinute: requestsPerMinute.optional(),
});

/** The body of `PATCH /keys/{name}`. */
export const changedKeySchema = z.strictObject({
  bots: bots.optional(),
  admin: admin.optional(),
  requestsPerMinute: requestsPerMinute
    .nullable()
    .optional()
    .describe('requests in a minute; 0 = no limit; null = the limit of the server'),
});

/** What the management of keys needs. */
export interface KeyOptions {
  readonly book: KeyBook;
  readonly ring: KeyRing;
  /** Ids of all bots. */
  readonly botIds: () => readonly string[];
}

/** Keys: listed, made, changed, revoked. */
export function keyRoutes(scope: FastifyInstance, { book, ring, botIds }: KeyOptions, guards: Guards): void {
  addPath(scope, '/keys', guards, {
    GET: async () => ({ body: { keys: ring.views() } }),
    POST: async ({ request }) => {
      const { name, ...rights } = check(newKeySchema, request.body ?? {});
      checkBots(rights.bots, botIds());
      const { key, stored } = await book.make(name, rights);
      return { status: 201, body: { ...renderMade(stored), key } };
    },
  });
  addPath(scope, '/keys/:name', guards, {
    PATCH: async ({ request, params }) => {
      const { requestsPerMinute: limit, ...rest } = check(changedKeySchema, request.body ?? {});
      checkBots(rest.bots ?? [], botIds());
      const limits = limit === undefined ? {} : { requestsPerMinute: limit ?? undefined };
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      return { body: renderMade(await book.change(params.name ?? '', { ...given, ...limits })) };
    },
    DELETE: async ({ params }) => {
      await book.revoke(params.name ?? '');
      return {};
    },
  });
}

function checkBots(wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((id) => id !== '*' && !known.includes(id));
  if (unknown === undefined) return;
  throw new GatewayError('invalid_request', `There is no bot "${unknown.slice(0, 100)}".`, {
    param: 'bots',
    hint: `Choose among: ${['*', ...known].join(', ')}.`,
  });
}

function renderMade({ digest: _digest, ...key }: StoredKey) {
  return { ...key, source: 'made' as const };
}
