import type { FastifyRequest } from 'fastify';
import type { ChatService } from '../../../core/chat.ts';
import type { Copies } from '../../../core/keeping.ts';
import type { VideoSource } from '../../../core/media.ts';
import type { TaskService } from '../../../core/tasks.ts';

/** What requests for videos need. */
export interface VideoOptions {
  readonly service: ChatService & TaskService;
  /** Reads the videos of bots; without it their content is refused. */
  readonly videos?: VideoSource | undefined;
  /** Reads the gateway's own copies, where it keeps any. */
  readonly copies?: Copies | undefined;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}
