import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayError } from '../core/errors.ts';
import { sendFailure as sendBridgeError } from './coze-bridge/errors.ts';
import { sendFailure as sendDiscordxyError } from './discordxy/errors.ts';
import { sendFailure as sendProxyError } from './midjourney-proxy/errors.ts';
import { sendError as sendOpenAiError } from './openai/errors.ts';

/** Answers with an error in one dialect's shape. */
export type SendError = (request: FastifyRequest, reply: FastifyReply, error: GatewayError) => FastifyReply;

/** A dialect as its errors show it. */
export interface DialectShape {
  /** For logs and metrics. */
  readonly name: string;
  readonly sendError: SendError;
}

const BRIDGE: DialectShape = { name: 'coze-bridge', sendError: sendBridgeError };

const SHAPES: readonly (readonly [first: readonly string[], shape: DialectShape])[] = [
  [['v1', 'admin', 'files'], { name: 'openai', sendError: sendOpenAiError }],
  [['cordgate'], { name: 'native', sendError: sendOpenAiError }],
  [['ui', 'docs', 'openapi.json'], { name: 'ui', sendError: sendOpenAiError }],
  [['midjourney-proxy'], { name: 'midjourney-proxy', sendError: sendProxyError }],
  [['mj', 'client', 'pika'], { name: 'discordxy', sendError: sendDiscordxyError }],
];

/** The dialect to which a path belongs where no route answers: by its first segment, the Bridge's when it is unknown. */
export function shapeOf(url: string): DialectShape {
  const first = /^\/+([^/?]*)/.exec(url)?.[1]?.toLowerCase() ?? '';
  return SHAPES.find(([names]) => names.includes(first))?.[1] ?? BRIDGE;
}
