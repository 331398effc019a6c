import type { FastifyRequest } from 'fastify';
import type { Log } from '../../core/log.ts';
import type { TaskService } from '../../core/tasks.ts';

/** What the Midjourney-Proxy dialect needs. */
export interface MidjourneyProxyOptions {
  readonly service: TaskService;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
  readonly log: Log;
  /** Keys of the configuration: no error repeats one. */
  readonly keys: readonly { readonly key: string }[];
  /** Base of the host that shows Discord's pictures to callers, such as `https://cdn.discordapp.com`. */
  readonly cdn: string;
}

/** Name of the driver of the bots that this dialect speaks for. */
export const DRIVER = 'midjourney';

/** Name of the dialect, for logs and for `TaskNotify.dialect`. */
export const DIALECT = 'midjourney-proxy';
