import { z } from 'zod';
import { networks, text, url } from '../fields.ts';

/** Section `webhooks`: what the gateway calls, and which private addresses it may call. */
export const webhooksSchema = z
  .strictObject({
    secret: text()
      .nullable()
      .default(null)
      .describe('signs task callbacks and operator notices (HMAC-SHA256)'),
    operator: url('http:', 'https:')
      .nullable()
      .default(null)
      .describe('URL that is told when a person is needed'),
    allowPrivate: networks().describe('private networks (CIDR) that callbacks and picture links may name'),
  })
  .describe('what the gateway calls on its own');

/** Section `log`: what is written to the standard error stream. */
export const logSchema = z
  .strictObject({
    level: z
      .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
      .default('info')
      .describe('least important lines that are still written'),
    pretty: z
      .boolean()
      .optional()
      .describe('true = lines for people, false = JSON; when left out, lines for people on a terminal only'),
  })
  .describe('what is written to the standard error stream');

/** Section `telemetry`: where traces go. */
export const telemetrySchema = z
  .strictObject({
    otlp: url('http:', 'https:')
      .nullable()
      .default(null)
      .describe('base URL of an OTLP collector (HTTP); null = OTEL_EXPORTER_OTLP_ENDPOINT, else no traces'),
  })
  .describe('traces of what the gateway does');
