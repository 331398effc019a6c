import type { SpanContext } from '@opentelemetry/api';

/** Source: W3C Trace Context, 3.2: version, trace id, parent id, flags: `00-4bf9…4736-00f0…02b7-01`. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The span of the caller that a request names; undefined when it names none, or nonsense. */
export function readTraceparent(header: unknown): SpanContext | undefined {
  if (typeof header !== 'string') return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = TRACEPARENT.exec(header.trim()) ?? [];
  // Version 00 has exactly four parts; later ones may have more (3.2.4).
  if (version === undefined || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}
