import { z } from 'zod';
import type { TaskQuery } from '../../core/tasks.ts';
import { checkQuery } from './check.ts';
import { STATUSES, taskIdSchema, VERBS } from './fields.ts';

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 500;

/** Several values, by commas or by naming the parameter again. */
const several = <const Names extends readonly string[]>(names: Names) =>
  z.preprocess(
    (value) =>
      [value]
        .flat()
        .flatMap((each) => (typeof each === 'string' ? each.split(',') : [each]))
        .map((each) => (typeof each === 'string' ? each.trim() : each))
        .filter((each) => each !== ''),
    z.array(z.enum(names)),
  );

const whole = (text: unknown) => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text);
const moment = z.preprocess(whole, z.int('must be a moment in milliseconds since the epoch').min(0));
const text = z.string('must be one text');

/** The parameters of `GET /tasks`. */
export const taskQuerySchema = z.object({
  status: several(STATUSES).optional().describe('only tasks that stand so; several by commas'),
  bot: text.optional().describe('only tasks of this bot'),
  account: text.optional().describe('only tasks of this account'),
  driver: text.optional().describe('only tasks of bots of this driver'),
  verb: several(VERBS).optional().describe('only tasks that ask for this; several by commas'),
  words: text
    .max(200)
    .optional()
    .describe('only tasks whose prompt holds these words, without regard to case'),
  from: moment
    .optional()
    .describe('only tasks submitted from this moment on, in milliseconds since the epoch'),
  to: moment.optional().describe('only tasks submitted before this moment, in milliseconds since the epoch'),
  before: taskIdSchema.optional().describe('only tasks older than this id'),
  after: taskIdSchema.optional().describe('only tasks newer than this id'),
  order: z.enum(['newest', 'oldest']).default('newest').describe('which come first'),
  key: text.optional().describe('only tasks of this key; admins only, others always get their own'),
  limit: z
    .preprocess(whole, z.int(`must be a whole number from 1 to ${HIGHEST_LIMIT}`).min(1).max(HIGHEST_LIMIT))
    .default(DEFAULT_LIMIT)
    .describe('how many at most'),
});

/** Which tasks a query string asks for. @throws GatewayError invalid_request */
export function readTaskQuery(query: unknown): TaskQuery {
  const asked = checkQuery(taskQuerySchema, query);
  return {
    ...(asked.status?.length ? { statuses: asked.status } : {}),
    ...(asked.verb?.length ? { verbs: asked.verb } : {}),
    botId: asked.bot,
    accountId: asked.account,
    callerId: asked.key,
    driver: asked.driver,
    words: asked.words?.trim() || undefined,
    submittedFrom: asked.from,
    submittedBefore: asked.to,
    before: asked.before,
    after: asked.after,
    order: asked.order === 'oldest' ? 'oldest' : undefined,
    limit: asked.limit,
  };
}

/** Names of the parameters that a schema does not know. */
export function unknownNames(query: unknown, schema: z.ZodObject): string[] {
  return Object.keys(Object(query)).filter((name) => !Object.hasOwn(schema.shape, name));
}
