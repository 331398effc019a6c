import type { FastifyRequest } from 'fastify';
import type { Log } from '../../core/log.ts';
import type { TaskService } from '../../core/tasks.ts';
import type { KeyHider } from '../errors.ts';
import type { Links } from '../links.ts';

/** What the Midjourney-Proxy dialect needs. */
export interface MidjourneyProxyOptions {
  readonly service: TaskService;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
  readonly log: Log;
  /** Keys of the configuration: no error repeats one. */
  readonly keys: KeyHider;
  readonly links: Links;
}

/** Name of the driver of the bots that this dialect speaks for. */
export const DRIVER = 'midjourney';

/** Name of the dialect, for logs and for `TaskNotify.dialect`. */
export const DIALECT = 'midjourney-proxy';
