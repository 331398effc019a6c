import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../core/clock.ts';
import { departureOf } from '../departure.ts';
import { asGatewayError, messageOf } from '../errors.ts';
import { allowOnly } from '../method-guard.ts';
import { readOptionalJson } from '../native/answering.ts';
import { useDialect } from '../request-context.ts';
import { EventStream } from '../sse.ts';
import type { Administration } from './administration.ts';
import { onlyAdmins } from './guard.ts';

/** What the self-check needs. */
export interface CheckRouteOptions {
  /** Without it there are no such paths. */
  readonly administration?: Administration | undefined;
  readonly clock: Clock;
  /** Silence in milliseconds after which a comment is sent. */
  readonly heartbeatMs: number;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}

/** The first bytes, so that whoever waits sees that the check has begun. */
const OPENING = ': checking\n\n';

/** The self-check, to be registered under `/admin/api`: admin keys only. */
export function checkRoutes(options: CheckRouteOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    const { administration } = options;
    if (administration === undefined) return;
    useDialect(scope, 'admin');
    readOptionalJson(scope);
    const stopping = new AbortController();
    scope.addHook('preClose', async () =>
      stopping.abort(new DOMException('The gateway stops.', 'AbortError')),
    );
    let isRunning = false;
    const onRequest = [options.authenticate, onlyAdmins];
    scope.post('/check', { onRequest }, async (_request, reply) => {
      if (isRunning) return reply.code(409).send(errorOf('check_running', 'A check is running already.'));
      isRunning = true;
      try {
        return await stream({ ...options, administration }, reply, stopping.signal);
      } finally {
        isRunning = false;
      }
    });
    allowOnly(scope, '/check', ['POST']);
  };
}

/** Tells every finding, then `done`; whoever leaves ends the check. */
async function stream(
  { administration, clock, heartbeatMs }: CheckRouteOptions & { readonly administration: Administration },
  reply: FastifyReply,
  stop: AbortSignal,
): Promise<unknown> {
  const signal = AbortSignal.any([departureOf(reply), stop]);
  const events = new EventStream(reply, { clock, heartbeatMs });
  const counts = { ok: 0, warning: 0, error: 0 };
  try {
    await events.write(OPENING);
    const onFinding = (finding: { readonly level: keyof typeof counts }) => {
      counts[finding.level] += 1;
      void events.write(frame('finding', finding));
    };
    await administration.check(onFinding, signal);
    events.end(frame('done', counts));
  } catch (thrown) {
    // What has begun as a stream ends as one.
    if (signal.aborted) events.end('');
    else {
      const error = asGatewayError(thrown);
      events.end(frame('error', errorOf(error.code, messageOf(error))));
    }
  } finally {
    events.stop();
  }
  return reply.hijack();
}

function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function errorOf(code: string, message: string) {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}
