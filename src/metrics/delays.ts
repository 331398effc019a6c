import { Gauge, Histogram, type Registry } from 'prom-client';
import type { DelayObserver } from '../core/observe.ts';
import { DELAY_BUCKETS } from './buckets.ts';

/** Measures what the gateway itself adds, and counts the streams that are open. */
export function delayObserver(registry: Registry): DelayObserver {
  const registers = [registry];
  const delay = new Histogram({
    name: 'cordgate_added_delay_seconds',
    help:
      'What the gateway itself adds. to_caller: from the arrival of the socket frame that completes an event of ' +
      'Discord to its text being handed to the socket of a streamed chat. to_discord: from the head of a request to ' +
      'the first message or command leaving, less the time of Discord’s answers and limits; waiting for a turn ' +
      'and reading the body count in. Work that left its request’s line later is not measured.',
    labelNames: ['direction'],
    buckets: DELAY_BUCKETS,
    registers,
  });
  const streams = new Gauge({
    name: 'cordgate_streams_open',
    help: 'Event streams that are being written, of all dialects and of /admin/api/events.',
    registers,
  });
  return {
    toCaller: (delayMs) => delay.observe({ direction: 'to_caller' }, delayMs / 1000),
    toDiscord: (delayMs) => delay.observe({ direction: 'to_discord' }, delayMs / 1000),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
  };
}
