/** Files of a job: previews and results, named as the bots name them (reference 2.1). */
import { randomUUID } from 'node:crypto';
import type { SimAttachment } from '../../model.ts';
import type { World } from '../../world.ts';
import { factsOfJob, type Job } from './job.ts';
import { drawPicture } from './pictures.ts';
import { wordsOf } from './prompt.ts';

/** Longest part of a file name that comes from the prompt. */
const NAME_WORDS = 51;

/** The picture that a progress message carries. */
export function attachPreview(world: World, job: Job, step: number): SimAttachment {
  const isGrid = factsOfJob(job).shape !== 'solo';
  const modern = job.behaviour.era === '2026';
  const format = modern ? 'jpeg' : 'webp';
  const filename = modern ? `${job.id}_0_step_${step}.jpeg` : `${job.id}_grid_0.webp`;
  const bytes = drawPicture({ seedText: job.seedText, mark: job.mark, isGrid, format });
  const folder = modern ? 'ephemeral-attachments' : 'attachments';
  const file = { filename, bytes, contentType: `image/${format}` };
  return world.files.attach(job.channelId, world.newId(), file, folder);
}

/** The result. */
export function attachResult(world: World, job: Job): SimAttachment {
  const { shape } = factsOfJob(job);
  const isFilm = shape === 'film' || shape === 'clip';
  const extension = job.behaviour.era === '2024' && !isFilm ? 'png' : shape === 'solo' ? 'png' : 'webp';
  const format = isFilm ? 'animated-webp' : extension;
  const bytes = drawPicture({
    seedText: job.seedText,
    mark: job.mark,
    isGrid: shape === 'grid' || shape === 'film',
    format,
  });
  const filename = `${resultName(world, job)}.${extension}`;
  const file = { filename, bytes, contentType: `image/${extension}` };
  return world.files.attach(job.channelId, world.newId(), file);
}

/** `<user>_<prompt_words>_<uuid>`; the files of upscales have an id of their own. */
function resultName(world: World, job: Job): string {
  const user = world.users.get(job.userId)?.username ?? 'user';
  const words = wordsOf(job.echo)
    .replaceAll(/[^A-Za-z0-9-]+/g, '_')
    .slice(0, NAME_WORDS)
    .replaceAll(/^_+|_+$/g, '');
  const id = job.kind.startsWith('upscale-') && job.behaviour.era === '2026' ? randomUUID() : job.id;
  return [user, words, id].filter(Boolean).join('_');
}
