/** A drawing bot behind the OpenAI dialect, whose tasks play a script of their own. */
import fastify, { type FastifyRequest } from 'fastify';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { randomIds } from '../../../src/core/ids.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { MediaSource } from '../../../src/core/media.ts';
import type { Task, TaskAction } from '../../../src/core/task.ts';
import type { TaskOrder } from '../../../src/core/tasks.ts';
import { createLinks } from '../../../src/http/links.ts';
import { type OpenAiOptions, openAiRoutes } from '../../../src/http/openai/routes.ts';
import { decorateRequests } from '../../../src/http/request-context.ts';
import { type FakeTasks, GRID_ACTIONS, JOB, MIDJOURNEY } from '../../support/fake-tasks.ts';
import { authorized, type Fixture, serveApp } from '../support.ts';

/** The colours of a grid's four pictures, and of upscaled ones. */
export const COLOURS = ['#ff0000', '#00ff00', '#0000ff', '#ffff00'] as const;
/** Half the width of a grid. */
export const SIDE = 8;

/** What the bot does with a task; it has been stored. */
export type Play = (tasks: FakeTasks, task: Task, order: TaskOrder) => void;

export interface Studio extends Fixture {
  readonly url: string;
  readonly tasks: FakeTasks;
  /** What is played for each order; the default draws. */
  play: Play;
  /** Links that were fetched. */
  readonly fetched: string[];
  readonly broken: Set<string>;
}

/** An app in front of a drawing bot, listening. */
export async function openStudio(
  patch: Parameters<typeof serveApp>[0] = {},
  dialect?: Partial<OpenAiOptions>,
): Promise<Studio> {
  const fetched: string[] = [];
  const broken = new Set<string>();
  const load = async (source: MediaSource) => {
    const url = source.type === 'link' ? source.url : '';
    fetched.push(url);
    if ([...broken].some((part) => url.includes(part))) throw new GatewayError('media_unreachable', 'Gone.');
    return { name: 'picture.png', contentType: 'image/png', bytes: await pictureAt(url) };
  };
  const served = await serveApp({ pictures: { load }, ...patch });
  const { service } = served;
  const fixture = dialect
    ? { ...served, app: dialectAlone({ service, pictures: { load }, ...dialect }) }
    : served;
  service.drawingModels = [MIDJOURNEY];
  const studio: Studio = { ...fixture, tasks: service.tasks, play: draws, fetched, broken };
  Object.assign(service, {
    submitTask: async (order: TaskOrder) => {
      const receipt = await service.tasks.submitTask(order);
      setImmediate(() => studio.play(service.tasks, receipt.task, order));
      return receipt;
    },
  });
  return studio;
}

/** The dialect on an app of its own, for what the whole app does not hand on. */
function dialectAlone(patch: Pick<OpenAiOptions, 'service' | 'pictures'> & Partial<OpenAiOptions>) {
  const app = fastify();
  decorateRequests(app);
  const authenticate = async (request: FastifyRequest) => {
    request.caller = { id: 'tester', admin: false, bots: ['*'] };
  };
  const common = { clock: systemClock, ids: randomIds(systemClock), log: silentLog, heartbeatMs: 15_000 };
  const showing = {
    links: createLinks({ cdn: 'https://cdn.discordapp.com' }),
    settled: async (task: Task) => task,
  };
  app.register(openAiRoutes({ ...common, ...showing, authenticate, ...patch }), { prefix: '/v1' });
  onTestFinished(() => app.close());
  return app;
}

/** The link of a picture: `grid`, `upscale-2`, `preview-31`. */
export const linkOf = (name: string) => `https://cdn.discordapp.com/attachments/1/2/${name}.png?ex=ffffffff`;

/** Draws what was ordered, at once. */
export const draws: Play = (tasks, task, order) => {
  if (order.verb === 'describe') {
    const texts = ['a red fox in the snow --ar 3:2', 'a fox', 'snow', 'an animal'];
    tasks.event(task.id, { type: 'text-answered', text: texts.join('\n'), texts });
    return void end(tasks, task.id, []);
  }
  const action = task.request.action;
  tasks.event(task.id, { type: 'prompt-echoed', prompt: 'a small cat --v 6.1' });
  if (action?.kind !== 'upscale') {
    tasks.event(task.id, { type: 'actions-offered', actions: GRID_ACTIONS });
    return void end(tasks, task.id, [picture('grid', 2 * SIDE)]);
  }
  tasks.event(task.id, { type: 'actions-offered', actions: SINGLE_ACTIONS });
  end(tasks, task.id, [picture(`upscale-${action.index}`, SIDE)]);
};

/** Ends a task with these pictures. */
export function end(tasks: FakeTasks, id: string, media: Task['media']): void {
  tasks.event(id, { type: 'job-ended', media, trace: {} });
}

/** Draws with these previews, in percent. */
export function drawsWith(...percents: number[]): Play {
  return (tasks, task, order) => {
    for (const percent of percents) {
      const preview = { url: linkOf(`preview-${percent}`) };
      tasks.event(task.id, { type: 'progress-changed', percent, preview });
    }
    draws(tasks, task, order);
  };
}

export const fails =
  (error: GatewayError, isMeant: (order: TaskOrder) => boolean = () => true): Play =>
  (tasks, task, order) =>
    isMeant(order) ? tasks.fail(task.id, error) : draws(tasks, task, order);

const picture = (name: string, side: number) => ({
  url: linkOf(name),
  name: `${name}.png`,
  contentType: 'image/png',
  width: side,
  height: side,
});

const single = (kind: TaskAction['kind'], customId: string, label: string): TaskAction => ({
  kind,
  customId,
  label,
  emoji: '',
  style: 2,
  type: 2,
});

/** The buttons under a single picture. */
const SINGLE_ACTIONS: TaskAction[] = [
  single('vary-subtle', `MJ::JOB::low_variation::1::${JOB}::SOLO`, 'Vary (Subtle)'),
  single('vary-strong', `MJ::JOB::high_variation::1::${JOB}::SOLO`, 'Vary (Strong)'),
  single('vary-region', `MJ::Inpaint::1::${JOB}::SOLO`, 'Vary (Region)'),
  single('zoom-2x', `MJ::Outpaint::50::1::${JOB}::SOLO`, 'Zoom Out 2x'),
  single('pan-left', `MJ::JOB::pan_left::1::${JOB}::SOLO`, ''),
];

async function pictureAt(url: string): Promise<Buffer> {
  const index = /upscale-(\d)/.exec(url)?.[1];
  if (index !== undefined) return plain(COLOURS[Number(index) - 1] ?? '#000000', SIDE);
  if (!url.includes('grid')) return plain('#808080', SIDE);
  const tiles = await Promise.all(COLOURS.map((colour) => plain(colour, SIDE)));
  const places = tiles.map((input, at) => ({ input, left: (at % 2) * SIDE, top: at < 2 ? 0 : SIDE }));
  const base = sharp({ create: { width: 2 * SIDE, height: 2 * SIDE, channels: 3, background: '#000000' } });
  return base.composite(places).png().toBuffer();
}

export function plain(background: string, side: number): Promise<Buffer> {
  return sharp({ create: { width: side, height: side, channels: 3, background } })
    .png()
    .toBuffer();
}

/** A mask in OpenAI's form: transparent in its left half. */
export async function leftMask(width: number, height: number): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 4);
  for (let at = 0; at < width * height; at += 1) pixels[at * 4 + 3] = at % width < width / 2 ? 0 : 255;
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

/** The colour in the middle of a picture, its format and its width. */
export async function look(base64: string): Promise<{ colour: string; format: string; width: number }> {
  const bytes = Buffer.from(base64, 'base64');
  const { format, width, height } = await sharp(bytes).metadata();
  const { data } = await sharp(bytes)
    .extract({ left: width >> 1, top: height >> 1, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { colour: `#${data.toString('hex').slice(0, 6)}`, format, width };
}

/** A JSON request with a good key. */
export async function post(studio: Studio, path: string, payload: object) {
  const response = await studio.app.inject({
    method: 'POST',
    url: `/v1${path}`,
    headers: authorized,
    payload,
  });
  const { statusCode: status, headers, body: text } = response;
  const isJson = String(headers['content-type']).includes('json');
  return { status, headers, text, body: isJson ? response.json() : undefined };
}

/** A multipart request with a good key. */
export async function postForm(
  studio: Studio,
  path: string,
  fields: Record<string, string | Buffer | Buffer[]>,
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === 'string') form.append(name, one);
      else form.append(name, new Blob([new Uint8Array(one)], { type: 'image/png' }), `${name}.png`);
    }
  }
  const response = await fetch(`${studio.url}/v1${path}`, {
    method: 'POST',
    headers: authorized,
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of many shapes
  const body: any = await response.json();
  return { status: response.status, headers: response.headers, body };
}

/** A finished task of the caller, made by an order. */
export async function finished(studio: Studio, patch: Partial<TaskOrder> = {}): Promise<Task> {
  const { tasks } = studio;
  const caller = { id: 'tester', admin: false, bots: ['*'] };
  const order = { caller, model: 'midjourney', prompt: 'a small cat', images: [], ...patch };
  const { signal } = new AbortController();
  const { task } = await tasks.submitTask({ verb: 'imagine', signal, ...order });
  draws(tasks, task, { verb: 'imagine', signal, ...order });
  tasks.orders.length = 0;
  const found = await tasks.findTask(caller, task.id, signal);
  if (found) return found;
  throw new Error('the task is gone');
}

/** A finished single picture of the caller. */
export async function finishedSingle(studio: Studio): Promise<Task> {
  const grid = await finished(studio);
  return finished(studio, { verb: 'act', parentId: grid.id, action: { kind: 'upscale', index: 2 } });
}
