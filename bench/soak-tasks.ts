/** Callers of the soak that draw and film; each looks at the bytes it was given. */
import { setTimeout as sleep } from 'node:timers/promises';
import { drawPicture } from '../src/sim/bots/midjourney/pictures.ts';
import { isFilmOf } from '../src/sim/index.ts';
import { KEY } from './setting.ts';
import type { Tally } from './soak-tally.ts';

/** A task as Midjourney-Proxy's fetch shows it. */
interface Task {
  readonly id: string;
  readonly status: string;
  readonly imageUrl: string | null;
  readonly nonce: string | null;
  readonly failReason: string | null;
}

/** A video as Pika's status shows it. */
interface Film {
  readonly status: string;
  readonly failReason: string;
  readonly discordNonce: string;
  readonly videoRawUrl: string;
}

const LOOK_MS = 150;
/** A task that is not over by then counts as open: an account may be away for a minute, again and again, with a line before it. */
const PATIENCE_MS = 400_000;
const OVER = new Set(['SUCCESS', 'FAILURE', 'CANCEL', 'Success', 'Failed', 'Timeout']);
let orders = 0;

/** Draws a grid, and a single picture of it. */
export async function drawOnce(url: string, tally: Tally): Promise<void> {
  orders += 1;
  const prompt = `animal ${orders} of ${(orders * 7919) % 100_003}`;
  const grid = await runTask(url, tally, 'imagine', '/submit/imagine', { prompt });
  if (!grid) return;
  await compare(tally, 'imagine', grid, { seedText: prompt, isGrid: true, format: 'webp' });
  const index = 1 + (orders % 4);
  const body = { taskId: grid.id, action: 'UPSCALE', index };
  const single = await runTask(url, tally, 'upscale', '/submit/change', body);
  if (single) await compare(tally, 'upscale', single, { seedText: `${prompt}#${index}`, format: 'png' });
}

/** Has a picture described; the task shows the picture that was sent. */
export async function describeOnce(url: string, tally: Tally): Promise<void> {
  orders += 1;
  const picture = Buffer.from(drawPicture({ seedText: `own picture ${orders}`, format: 'png' }));
  const base64 = `data:image/png;base64,${picture.toString('base64')}`;
  const task = await runTask(url, tally, 'describe', '/submit/describe', { base64 });
  if (task) await judge(tally, 'describe', task.imageUrl, (bytes) => bytes.equals(picture));
}

/** Films a picture with words. */
export async function animateOnce(url: string, tally: Tally): Promise<void> {
  orders += 1;
  const prompt = `walk number ${orders}`;
  const picture = Buffer.from(drawPicture({ seedText: `walker ${orders}`, format: 'png' }));
  const file = `data:image/png;base64,${picture.toString('base64')}`;
  await follow(tally, 'animate', async () => {
    const { status, json } = await call(url, '/pika/animate', { file, prompt });
    if (status !== 200) return refused(tally, 'animate', status);
    const look = async () => (await call(url, `/pika/status?nonce=${json.result}`)).json.result as Film;
    const film = await over(look);
    tally.count('animate', endOf(film.status, film.failReason));
    if (film.status !== 'Success') return;
    const order = { prompt, marks: [film.discordNonce], picture };
    await judge(tally, 'animate', film.videoRawUrl, (bytes) => isFilmOf(bytes, order));
  });
}

/** A task from its submission to its end; undefined unless it succeeded. */
async function runTask(
  url: string,
  tally: Tally,
  kind: string,
  path: string,
  body: object,
): Promise<Task | undefined> {
  return follow(tally, kind, async () => {
    const { status, json } = await call(url, `/midjourney-proxy/mj${path}`, body);
    const { code, result } = json as { code?: number; result?: string };
    if ((code !== 1 && code !== 22) || result === undefined) return refused(tally, kind, code ?? status);
    const look = async () =>
      (await call(url, `/midjourney-proxy/mj/task/${result}/fetch`)).json as unknown as Task;
    const task = await over(look);
    tally.count(kind, endOf(task.status, task.failReason));
    return task.status === 'SUCCESS' ? task : undefined;
  });
}

async function follow<T>(tally: Tally, kind: string, run: () => Promise<T>): Promise<T | undefined> {
  tally.open += 1;
  try {
    return await run();
  } catch (error) {
    tally.count(kind, error instanceof Error && error.message === 'still open' ? 'OPEN' : 'broken');
    return undefined;
  } finally {
    tally.open -= 1;
  }
}

function refused(tally: Tally, kind: string, code: number): undefined {
  tally.count(kind, `refused ${code}`);
  return undefined;
}

function endOf(status: string, reason: string | null): string {
  if (status.toUpperCase() === 'SUCCESS') return 'succeeded';
  return reason ? 'failed with a reason' : 'FAILED WITHOUT A REASON';
}

async function over<T extends { status: string }>(look: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const task = await look();
    if (OVER.has(task.status)) return task;
    if (performance.now() > giveUpAt) throw new Error('still open');
    await sleep(LOOK_MS);
  }
}

function compare(
  tally: Tally,
  kind: string,
  { imageUrl, nonce }: Task,
  order: Omit<Parameters<typeof drawPicture>[0], 'mark'>,
): Promise<void> {
  const wanted = Buffer.from(drawPicture({ ...order, mark: nonce ?? '' }));
  return judge(tally, kind, imageUrl, (bytes) => bytes.equals(wanted));
}

/** Downloads what a task shows; bytes that are not its own are somebody else's. */
async function judge(
  tally: Tally,
  kind: string,
  link: string | null,
  isOwn: (bytes: Buffer) => boolean,
): Promise<void> {
  const response = await fetch(link ?? 'about:blank').catch(() => undefined);
  if (!response?.ok) return tally.count(kind, 'not downloaded');
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!isOwn(bytes)) tally.cross(kind, `the bytes behind ${link} are not its own`);
}

async function call(url: string, path: string, body?: object) {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}
