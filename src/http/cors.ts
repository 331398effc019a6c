import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Response headers that scripts in a browser may read. */
const EXPOSED_HEADERS = [
  'x-request-id',
  'x-cordgate-warnings',
  'x-cordgate-task-id',
  'content-range',
  'etag',
  'accept-ranges',
  'retry-after',
  'retry-after-ms',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
];

/** How long a browser may keep the answer of a preflight, in seconds. */
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * Lets pages of every origin call the gateway: access is by key, never by cookie. Requested headers are echoed,
 * because the wildcard does not cover `Authorization` (Fetch standard, "CORS-preflight fetch").
 */
export function allowBrowsers(app: FastifyInstance): void {
  app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_S,
    strictPreflight: false,
  });
}
