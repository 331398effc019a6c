import { GatewayError } from '../../core/errors.ts';
import type { TaskStatus } from '../../core/task.ts';
import type { TaskQuery } from '../../core/tasks.ts';

/** All statuses, for the check and for the message of a wrong one. */
const STATUSES: Readonly<Record<TaskStatus, true>> = {
  form: true,
  queued: true,
  submitted: true,
  accepted: true,
  waiting: true,
  running: true,
  succeeded: true,
  failed: true,
  'timed-out': true,
  cancelled: true,
};

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 500;

/**
 * Which tasks a query string asks for: `status` (several by commas or repeated), `bot`, `account`, `before`, `limit`.
 * @throws GatewayError invalid_request
 */
export function readTaskQuery(query: unknown): TaskQuery {
  const values = new Map(Object.entries(Object(query)));
  const statuses = textsOf(values.get('status')).map(statusOf);
  return {
    ...(statuses.length > 0 ? { statuses } : {}),
    botId: singleOf(values, 'bot'),
    accountId: singleOf(values, 'account'),
    before: beforeOf(singleOf(values, 'before')),
    limit: limitOf(singleOf(values, 'limit')),
  };
}

/** A parameter that may be given once; undefined when it is missing or empty. @throws GatewayError invalid_request */
export function singleOf(values: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = values.get(name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw wrong(name, `The parameter "${name}" must be one text.`);
}

function textsOf(value: unknown): string[] {
  const given = Array.isArray(value) ? value : [value];
  return given
    .filter((each) => typeof each === 'string')
    .flatMap((each) => each.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function statusOf(text: string): TaskStatus {
  if (Object.hasOwn(STATUSES, text)) return text as TaskStatus;
  throw wrong('status', `A status is one of ${Object.keys(STATUSES).join(', ')}.`);
}

function beforeOf(text: string | undefined): string | undefined {
  if (text === undefined || /^\d{1,25}$/.test(text)) return text;
  throw wrong('before', 'The parameter "before" must be the id of a task.');
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= HIGHEST_LIMIT) return limit;
  throw wrong('limit', `The parameter "limit" must be a whole number from 1 to ${HIGHEST_LIMIT}.`);
}

const wrong = (param: string, message: string) =>
  new GatewayError('invalid_request', message, { param, hint: '' });
