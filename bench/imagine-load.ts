/** The client of drawing: submits tasks and sees them end, and reads how tasks stand as fast as it gets answers. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { KEY } from './setting.ts';

/** How many tasks, and how many of them at a time. */
export interface DrawPlan {
  readonly url: string;
  readonly tasks: number;
  readonly atOnce: number;
}

/** What a load gave. */
export interface DrawResult {
  readonly ids: readonly string[];
  readonly seconds: number;
}

const LOOK_MS = 10;
const PATIENCE_MS = 60_000;
const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
let prompts = 0;

/**
 * Runs tasks to their end. Only the oldest one is looked at, so that what is measured is the drawing and not the
 * reading. @throws Error when a task fails
 */
export async function drawTasks({ url, tasks, atOnce }: DrawPlan): Promise<DrawResult> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 10 });
  const call = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const text = body === undefined ? null : JSON.stringify(body);
    const answer = await pool.request({ method, path: `${pathname}/${path}`, headers, body: text });
    return (await answer.body.json()) as {
      code?: number;
      result?: string;
      status?: string;
      failReason?: string;
    };
  };
  const startedAt = performance.now();
  const ids: string[] = [];
  const submit = async () => {
    prompts += 1;
    const prompt = `a lighthouse on a cliff in the evening sun, oil on canvas, number ${prompts}`;
    const { code, result } = await call('POST', 'submit/imagine', { prompt });
    if ((code !== 1 && code !== 22) || result === undefined) throw new Error(`refused with code ${code}`);
    return result;
  };
  const waiting: Promise<string>[] = [];
  let submitted = 0;
  while (ids.length < tasks) {
    for (; submitted < tasks && waiting.length < atOnce; submitted += 1) waiting.push(submit());
    const id = (await waiting.shift()) ?? '';
    await ended(id, () => call('GET', `task/${id}/fetch`));
    ids.push(id);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return { ids, seconds };
}

async function ended(
  id: string,
  look: () => Promise<{ status?: string; failReason?: string }>,
): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status, failReason } = await look();
    if (status === 'SUCCESS') return;
    if (status === 'FAILURE' || status === 'CANCEL') throw new Error(`task ${id} failed: ${failReason}`);
    if (performance.now() > giveUpAt) throw new Error(`task ${id} is ${status} after a minute`);
    await sleep(LOOK_MS);
  }
}

const CONNECTIONS = 20;
const END = Buffer.from('\r\n\r\n');

/**
 * Reads tasks for a while over plain sockets, which cost this process little; gives the number of answers. It never
 * sleeps meanwhile: waking it would be paid by the measured process, and the more the slower that is.
 */
export async function readTasks(url: string, ids: readonly string[], durationMs: number): Promise<number> {
  let isReading = true;
  const stayAwake = () => void (isReading && setImmediate(stayAwake));
  stayAwake();
  try {
    const counts = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, offset) => readOn(url, ids, offset, durationMs)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  } finally {
    isReading = false;
  }
}

function readOn(url: string, ids: readonly string[], offset: number, durationMs: number): Promise<number> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const giveUpAt = performance.now() + durationMs;
  let count = 0;
  let missing = 0;
  const ask = () => {
    const id = ids[(offset + count * CONNECTIONS) % ids.length];
    socket.write(
      `GET ${pathname}/task/${id}/fetch HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${KEY}\r\n\r\n`,
    );
  };
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('connect', ask);
    socket.on('data', (part) => {
      if (missing === 0) {
        const end = part.indexOf(END);
        const length = /content-length: (\d+)/i.exec(part.toString('latin1', 0, end))?.[1];
        if (end < 0 || length === undefined || !part.toString('latin1', 0, 12).endsWith('200')) {
          socket.destroy();
          reject(new Error(`unexpected answer: ${part.toString('utf8', 0, 300)}`));
          return;
        }
        missing = end + END.length + Number(length);
      }
      missing -= part.length;
      if (missing > 0) return;
      count += 1;
      if (performance.now() < giveUpAt) ask();
      else {
        socket.destroy();
        resolve(count);
      }
    });
  });
}
