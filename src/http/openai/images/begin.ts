/** The tasks that a request for pictures begins, one for each of the three paths. */
import { GatewayError } from '../../../core/errors.ts';
import type { MediaLoader, MediaSource } from '../../../core/media.ts';
import { hasEnded, type Task } from '../../../core/task.ts';
import { measuresOf, regionOf } from '../../mask.ts';
import { type Client, run, submit } from '../tasks.ts';
import { isGrid } from './grid.ts';

import { withoutRatio, withRatio } from './ratio.ts';
import type { EarlierPicture, ImageWish } from './wish.ts';

/** A task on its way, and which pictures of it are wanted, counted from 1. */
export interface Begun {
  readonly task: Task;
  readonly indexes: readonly number[];
}

/** Tasks on their way, at least one, and what is to be said of them. */
export interface Beginning {
  readonly begun: readonly [Begun, ...Begun[]];
  readonly warnings: readonly string[];
}

/** What a beginning works with. */
export interface BeginTools extends Client {
  /** Fetches a mask that was given as a link. */
  readonly pictures: MediaLoader;
}

/** A new picture. @throws GatewayError what `submitTask` throws */
export async function beginGeneration(tools: BeginTools, wish: ImageWish): Promise<Beginning> {
  return { begun: [await imagine(tools, wish, wish.prompt, wish.images)], warnings: [] };
}

/**
 * With a mask: the region of an earlier picture, drawn anew. Else a new picture from the given ones, or from an earlier one.
 * @throws GatewayError unsupported_parameter (a mask for a picture that is not the bot's), invalid_request, media_invalid,
 * task_not_found, parent_unfinished, action_not_offered
 */
export async function beginEdit(tools: BeginTools, wish: ImageWish): Promise<Beginning> {
  const { mask, earlier, images } = wish;
  if (mask !== undefined) return beginRegion(tools, wish, mask);
  if (images.length > 0) {
    const warnings = earlier ? ['task_id ignored: it counts with a mask, or without an image'] : [];
    return { begun: [await imagine(tools, wish, wish.prompt, images)], warnings };
  }
  if (earlier === undefined) throw missing('image', 'Missing required parameter: image.');
  const { task, warnings } = await singlePicture(tools, wish, earlier);
  const links = task.media.slice(0, 1).map(({ url }): MediaSource => ({ type: 'link', url }));
  return { begun: [await imagine(tools, wish, wish.prompt, links)], warnings };
}

/**
 * Variations of an earlier picture by the bot's own buttons; those of any other by its description.
 * @throws GatewayError invalid_request, task_not_found, parent_unfinished, action_not_offered, bot_failed
 */
export async function beginVariation(tools: BeginTools, wish: ImageWish): Promise<Beginning> {
  if (wish.earlier) return { begun: await varied(tools, wish, wish.earlier), warnings: [] };
  const [image] = wish.images;
  if (image === undefined) throw missing('image', 'Missing required parameter: image.');
  const { model } = wish;
  const described = await run(tools, { model, verb: 'describe', prompt: '', images: [image] });
  const [words] = described.texts ?? [];
  if (words === undefined) throw new GatewayError('bot_failed', 'The bot did not describe the picture.');
  const size = wish.size === 'auto' ? undefined : wish.size;
  const { prompt } = withRatio(size === undefined ? words : withoutRatio(words), size);
  return { begun: [await imagine(tools, wish, prompt, [image])], warnings: [] };
}

async function imagine(
  client: Client,
  { model, count }: ImageWish,
  prompt: string,
  images: readonly MediaSource[],
): Promise<Begun> {
  const { task } = await submit(client, { model, verb: 'imagine', prompt, images });
  return { task, indexes: upTo(count) };
}

const MASK_FORM = { marks: 'transparent', param: 'mask' } as const;

async function beginRegion(tools: BeginTools, wish: ImageWish, mask: MediaSource): Promise<Beginning> {
  if (wish.earlier === undefined) throw foreignPicture();
  const { bytes } = mask.type === 'bytes' ? mask : await tools.pictures.load(mask, tools.signal);
  // Before the bot is asked for anything: a broken mask must not cost an upscale. A grid has the shape of its pictures.
  await regionOf(bytes, measuresOf(await requireEarlier(tools, wish.earlier)), MASK_FORM);
  const { task: picture, warnings } = await singlePicture(tools, wish, wish.earlier);
  const { task } = await submit(tools, {
    model: wish.model,
    verb: 'act',
    prompt: wish.prompt,
    images: [],
    parentId: picture.id,
    action: { kind: 'vary-region' },
    form: { prompt: wish.prompt, mask: await regionOf(bytes, measuresOf(picture), MASK_FORM) },
  });
  return { begun: [{ task, indexes: upTo(wish.count) }], warnings };
}

/** The task that shows the picture alone: of a grid it is upscaled first. */
async function singlePicture(
  client: Client,
  { model }: ImageWish,
  earlier: EarlierPicture,
): Promise<{ task: Task; warnings: string[] }> {
  const task = await requireEarlier(client, earlier);
  if (!isGrid(task)) return { task, warnings: [] };
  const { index = 1 } = earlier;
  const action = { kind: 'upscale', index } as const;
  const order = { model, verb: 'act', prompt: '', images: [], parentId: task.id, action } as const;
  const warnings = earlier.index === undefined ? [`task_id: the first picture was taken, ${task.id}:1`] : [];
  return { task: await run(client, order), warnings };
}

/** One of a grid gives a grid of variations; a whole grid one variation of each of its first pictures. */
async function varied(
  client: Client,
  { model, count }: ImageWish,
  earlier: EarlierPicture,
): Promise<[Begun, ...Begun[]]> {
  const parent = await requireEarlier(client, earlier);
  const vary = async (index: number | undefined, wanted: number): Promise<Begun> => {
    const kind = index === undefined ? 'vary-strong' : 'vary';
    const order = { model, verb: 'act', prompt: '', images: [], parentId: parent.id } as const;
    const { task } = await submit(client, { ...order, action: { kind, index } });
    return { task, indexes: upTo(wanted) };
  };
  if (!isGrid(parent)) return [await vary(undefined, count)];
  if (earlier.index !== undefined) return [await vary(earlier.index, count)];
  const first = await vary(1, 1);
  const others: Begun[] = [];
  for (const index of upTo(count).slice(1)) others.push(await vary(index, 1));
  return [first, ...others];
}

async function requireEarlier(
  { service, caller, signal }: Client,
  { taskId }: EarlierPicture,
): Promise<Task> {
  const param = 'task_id';
  const task = await service.findTask(caller, taskId, signal);
  if (!task) throw new GatewayError('task_not_found', `There is no task "${taskId}".`, { param });
  if (task.status === 'succeeded') return task;
  throw new GatewayError('parent_unfinished', `Task ${taskId} has not succeeded: it is ${task.status}.`, {
    param,
    ...(hasEnded(task) ? { hint: 'It never will: start again, or choose another one.' } : {}),
  });
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function missing(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', message, {
    param,
    hint: 'Send a picture, or the task_id of an earlier one.',
  });
}

function foreignPicture(): GatewayError {
  return new GatewayError(
    'unsupported_parameter',
    'The bot can paint a region only of pictures that it has made.',
    {
      param: 'mask',
      hint: 'Name the picture by the field task_id (see data[].task_id and the header x-cordgate-task-id), or leave the mask out.',
    },
  );
}
