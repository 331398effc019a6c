import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GatewayError } from '../../core/errors.ts';
import { type Answer, addPath, readOptionalJson } from '../native/answering.ts';
import { useDialect } from '../request-context.ts';
import type { Administration, ConfigList, ConfigOutcome } from './administration.ts';
import { onlyAdmins } from './guard.ts';

/** What changing the configuration needs. */
export interface ConfigRouteOptions {
  /** Without it there are no such paths. */
  readonly administration?: Administration | undefined;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}

const LISTS: readonly ConfigList[] = ['accounts', 'bots'];

const entrySchema = z.record(z.string(), z.unknown());

/** Levels of groups and lists in an entry; the deepest of the configuration has three. */
const DEEPEST = 16;

/** HTTP status and code of each refusal. */
const REFUSALS = {
  invalid: { status: 400, code: 'configuration_invalid' },
  not_found: { status: 404, code: 'entry_not_found' },
  read_only: { status: 409, code: 'configuration_read_only' },
  unreadable: { status: 409, code: 'configuration_broken' },
  failed: { status: 500, code: 'configuration_not_written' },
} as const;

/** Reading and changing the configuration, and new logins, to be registered under `/admin/api`: admin keys only. */
export function configRoutes({
  administration,
  authenticate,
}: ConfigRouteOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    if (administration === undefined) return;
    useDialect(scope, 'admin');
    readOptionalJson(scope);
    const guards = [authenticate, onlyAdmins];
    addPath(scope, '/config', guards, { GET: async () => ({ body: administration.config() }) });
    for (const list of LISTS) {
      addPath(scope, `/config/${list}/:id`, guards, {
        PUT: async ({ request, reply, params }) => {
          const id = params.id ?? '';
          return answerOf(list, reply, await administration.putEntry(list, id, entryIn(request, id)));
        },
        DELETE: async ({ reply, params }) =>
          answerOf(list, reply, await administration.removeEntry(list, params.id ?? '')),
      });
    }
    addPath(scope, '/accounts/:id/reconnect', guards, {
      POST: async ({ params, signal }) => ({
        body: await administration.reconnect(params.id ?? '', signal),
      }),
    });
  };
}

/** The entry of the body; its id is the path's. */
function entryIn({ body }: FastifyRequest, id: string): Readonly<Record<string, unknown>> {
  const { data } = entrySchema.safeParse(body);
  if (data === undefined) {
    throw new GatewayError('invalid_request', 'The body must be a JSON object with the keys of the entry.');
  }
  if (isDeeper(data, DEEPEST)) {
    throw new GatewayError(
      'invalid_request',
      `The body holds more than ${DEEPEST} levels of groups and lists.`,
    );
  }
  const { id: named, hasToken: _, ...entry } = data;
  if (named === undefined || named === id) return entry;
  const message = 'The id of the body is another one than that of the path.';
  throw new GatewayError('invalid_request', message, { param: 'id', hint: 'Leave it out of the body.' });
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

function answerOf(list: ConfigList, reply: FastifyReply, outcome: ConfigOutcome): Answer {
  if (outcome.type === 'done') {
    const { entry, isNew, notes, restart } = outcome;
    if (entry === undefined) return {};
    const name = list === 'accounts' ? 'account' : 'bot';
    return { status: isNew ? 201 : 200, body: { [name]: entry, notes, restart } };
  }
  const { reason, message, problems } = outcome;
  const { status, code } = REFUSALS[reason];
  reply.request.errorCode = code;
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  return { status, body: { error: { message, type, param: null, code, problems } } };
}
