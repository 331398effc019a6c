import type { FastifyRequest } from 'fastify';
import type { ChatService } from '../../../core/chat.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Log } from '../../../core/log.ts';
import type { MediaLoader } from '../../../core/media.ts';
import type { TaskService } from '../../../core/tasks.ts';
import type { TokenCounter } from '../../../core/tokens.ts';
import type { ShowOptions } from '../shown.ts';
import type { Singling } from './gather.ts';

/** What requests for pictures need. */
export interface ImageOptions extends ShowOptions {
  readonly service: ChatService & TaskService;
  readonly clock: Clock;
  readonly log: Log;
  readonly heartbeatMs: number;
  /** Fetches the pictures of bots, for `b64_json`. */
  readonly pictures: MediaLoader;
  /** Counts the words of prompts for `usage`; without it they count nothing. */
  readonly tokens?: TokenCounter | undefined;
  /** How a bot's option says that single pictures are made of its grids; default `cut`. */
  readonly picturesOf?: ((model: string) => Singling) | undefined;
  /** Aborts when the gateway stops. */
  readonly closing: AbortSignal;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}
