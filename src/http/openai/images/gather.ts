/** Single pictures out of finished tasks. */
import { GatewayError } from '../../../core/errors.ts';
import type { MediaFile, MediaLoader } from '../../../core/media.ts';
import type { Task } from '../../../core/task.ts';
import { asGatewayError } from '../../errors.ts';
import { isPicture } from '../pictures.ts';
import { type Client, run } from '../tasks.ts';
import { cut, type Encoded, encode } from './encoding.ts';
import { isGrid } from './grid.ts';
import { loadPicture } from './load.ts';
import type { ImageWish } from './wish.ts';

/** How single pictures are made of a grid: cut by the gateway, or upscaled by the bot. */
export type Singling = 'cut' | 'upscale';

/** A single picture: its link, or its bytes. */
export interface DrawnPicture {
  /** Names the picture for what follows: `123`, or `123:2` for the second one of a grid. */
  readonly taskId: string;
  /** The prompt as the bot echoed it. */
  readonly prompt: string | undefined;
  readonly url: string | undefined;
  readonly encoded: Encoded | undefined;
  /** What was not done as asked. */
  readonly warning: string | undefined;
}

/** What gathering works with. */
export interface GatherTools extends Client {
  readonly pictures: MediaLoader;
  readonly singling: Singling;
  /** A finished task with the links that its caller is given. */
  readonly shown: (task: Task) => Promise<Task>;
}

/**
 * The pictures of a finished task. Links need an upscale each, as a cut picture has none; where the bot refuses one, it is
 * cut and given as a data URL.
 * @throws GatewayError bot_failed: no picture came, or it cannot be fetched or read
 */
export async function gather(
  tools: GatherTools,
  task: Task,
  indexes: readonly number[],
  wish: ImageWish,
): Promise<DrawnPicture[]> {
  if (!isGrid(task)) return wholes(tools, task, indexes.length, wish);
  let grid: Promise<MediaFile> | undefined;
  const loadGrid = () => {
    grid ??= loadPicture(tools.pictures, task.media[0] ?? { url: '' }, tools.signal);
    return grid;
  };
  const isUpscaled = wish.format === 'url' || tools.singling === 'upscale';
  return Promise.all(
    indexes.map((index) =>
      isUpscaled ? upscaled(tools, task, index, wish, loadGrid) : cutOut(task, index, wish, loadGrid),
    ),
  );
}

/** Pictures that came one by one. */
async function wholes(
  tools: GatherTools,
  task: Task,
  count: number,
  wish: ImageWish,
): Promise<DrawnPicture[]> {
  const { media: all } = wish.format === 'url' ? await tools.shown(task) : task;
  const media = all.filter(isPicture).slice(0, count);
  if (media.length === 0) throw new GatewayError('bot_failed', 'The bot drew no picture.', { hint: '' });
  const { id: taskId, finalPrompt: prompt } = task;
  return Promise.all(
    media.map(async (one) => {
      const common = { taskId, prompt, warning: task.warning };
      if (wish.format === 'url') return { ...common, url: one.url, encoded: undefined };
      const file = await loadPicture(tools.pictures, one, tools.signal);
      return { ...common, url: undefined, encoded: await encode(file, wish.encoding) };
    }),
  );
}

async function cutOut(
  task: Task,
  index: number,
  wish: ImageWish,
  loadGrid: () => Promise<MediaFile>,
): Promise<DrawnPicture> {
  const encoded = await cut(await loadGrid(), index, wish.encoding);
  const taskId = `${task.id}:${index}`;
  return { taskId, prompt: task.finalPrompt, url: undefined, encoded, warning: task.warning };
}

async function upscaled(
  tools: GatherTools,
  task: Task,
  index: number,
  wish: ImageWish,
  loadGrid: () => Promise<MediaFile>,
): Promise<DrawnPicture> {
  try {
    const action = { kind: 'upscale', index } as const;
    const order = { model: wish.model, verb: 'act', prompt: '', images: [], parentId: task.id } as const;
    const single = await run(tools, { ...order, action });
    const [picture] = await wholes(tools, single, 1, wish);
    if (picture) return { ...picture, prompt: task.finalPrompt };
    throw new GatewayError('bot_failed', 'The upscale has no picture.');
  } catch (thrown) {
    if (tools.signal.aborted) throw thrown;
    const picture = await cutOut(task, index, wish, loadGrid);
    const how = wish.format === 'url' ? 'cut from the grid, as a data URL' : 'cut from the grid';
    const warning = `picture ${index} is ${how}: ${asGatewayError(thrown).code}`;
    return { ...picture, url: wish.format === 'url' ? dataUrl(picture.encoded) : undefined, warning };
  }
}

function dataUrl(encoded: Encoded | undefined): string | undefined {
  return encoded && `data:image/${encoded.format};base64,${encoded.bytes.toString('base64')}`;
}
