import { Counter, Histogram, type Registry } from 'prom-client';
import type { ServiceObserver } from '../core/observe.ts';
import { ANSWER_BUCKETS } from './buckets.ts';

/** Counts chats that have ended. */
export function chatObserver(registry: Registry): ServiceObserver {
  const registers = [registry];
  const chats = new Counter({
    name: 'cordgate_chats_total',
    help: 'Chats that ended, by bot and outcome (completed, cut, left, or an error code).',
    labelNames: ['bot', 'outcome'],
    registers,
  });
  const firstDelta = new Histogram({
    name: 'cordgate_chat_first_delta_seconds',
    help: 'Time from the request to the first text of the answer.',
    labelNames: ['bot'],
    buckets: ANSWER_BUCKETS,
    registers,
  });
  const total = new Histogram({
    name: 'cordgate_chat_duration_seconds',
    help: 'Time from the request to the end of the answer.',
    labelNames: ['bot'],
    buckets: ANSWER_BUCKETS,
    registers,
  });
  const tokens = new Counter({
    name: 'cordgate_tokens_total',
    help: 'Tokens of prompts and completions, by bot and name of the key, counted with o200k_base.',
    labelNames: ['bot', 'key', 'kind'],
    registers,
  });
  return {
    chatEnded({ botId: bot, callerId: key, outcome, firstTextMs, totalMs, usage }) {
      chats.inc({ bot, outcome });
      total.observe({ bot }, totalMs / 1000);
      if (firstTextMs !== undefined) firstDelta.observe({ bot }, firstTextMs / 1000);
      if (usage === undefined) return;
      tokens.inc({ bot, key, kind: 'prompt' }, usage.promptTokens);
      tokens.inc({ bot, key, kind: 'completion' }, usage.completionTokens);
    },
  };
}
