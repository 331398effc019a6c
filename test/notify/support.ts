/** A receiver that answers as a test says, on a clock that a test moves. */
import { silentLog } from '../../src/core/log.ts';
import type { Task } from '../../src/core/task.ts';
import type { HookPost } from '../../src/notify/post.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const TASK: Task = {
  id: '1211421713496994993',
  botId: 'midjourney',
  driver: 'midjourney',
  model: 'midjourney',
  callerId: 'painter',
  accountId: 'alice',
  channelId: '1100000000000000002',
  status: 'queued',
  request: { verb: 'imagine', prompt: 'a small cat', links: [], files: 0 },
  percent: 0,
  media: [],
  actions: [],
  trace: {},
  notify: { url: 'https://hooks.example.org/path?secret=1', dialect: 'plain' },
  submittedAt: 0,
  revision: 1,
};

export interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly atMs: number;
  answer(status: number): void;
  fail(error: Error): void;
}

/** What an outbox is made with; calls wait for an answer unless `reply` gives one. */
export function makeReceiver(reply?: (call: Call) => number | Error | undefined) {
  const clock = new FakeClock();
  const calls: Call[] = [];
  const lines: object[] = [];
  let running = 0;
  let most = 0;
  const post: HookPost = (url, { headers, body, signal }) => {
    const answered = Promise.withResolvers<{ status: number }>();
    const call: Call = {
      url,
      headers,
      body,
      signal,
      atMs: clock.now(),
      answer: (status) => answered.resolve({ status }),
      fail: answered.reject,
    };
    signal.addEventListener('abort', () => answered.reject(signal.reason));
    calls.push(call);
    running += 1;
    most = Math.max(most, running);
    const given = reply?.(call);
    if (typeof given === 'number') call.answer(given);
    else if (given) call.fail(given);
    return answered.promise.finally(() => {
      running -= 1;
    });
  };
  const line = (fields: object, message: string) => void lines.push({ ...fields, message });
  const log = { ...silentLog, debug: line, warn: line, error: line };
  const options = { post, clock, log, random: () => 0.5 };
  return { clock, calls, lines, options, mostRunning: () => most };
}
