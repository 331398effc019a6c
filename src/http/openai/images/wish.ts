import type { MediaSource } from '../../../core/media.ts';
import { emptyBody } from '../../json-body.ts';
import { ignoredWarning } from '../../warnings-header.ts';
import { check } from '../issues.ts';
import type { Encoding } from './encoding.ts';
import { withRatio } from './ratio.ts';
import { type WishBody, wishSchema, wordlessSchema } from './wish-schema.ts';

/** A picture of an earlier task. */
export interface EarlierPicture {
  readonly taskId: string;
  /** Which of a grid, 1 to 4; undefined when the caller did not say. */
  readonly index: number | undefined;
}

/** What is wanted of a drawing bot, read and checked. */
export interface ImageWish {
  readonly model: string;
  /** The caller's words with the shape that was asked for. */
  readonly prompt: string;
  /** How many pictures, 1 to 4. */
  readonly count: number;
  /** Streams always carry the bytes. */
  readonly format: 'url' | 'b64_json';
  readonly encoding: Encoding;
  readonly stream: boolean;
  /** How many pictures of the progress to show at most, 0 to 3. */
  readonly previews: number;
  /** As the caller asked, or `auto`. */
  readonly size: string;
  readonly quality: string;
  /** Pictures to begin with. */
  readonly images: readonly MediaSource[];
  readonly mask: MediaSource | undefined;
  readonly earlier: EarlierPicture | undefined;
  /** What is not obeyed. */
  readonly warnings: readonly string[];
}

/** Pictures that came with a request. */
export interface SentPictures {
  readonly images: readonly MediaSource[];
  readonly mask?: MediaSource | undefined;
}

const KNOWN = new Set([
  ...['prompt', 'model', 'n', 'response_format', 'stream', 'user', 'size', 'task_id'],
  ...['image', 'image[]', 'images', 'mask'],
]);

/** Values that ask for what happens anyway. */
const HARMLESS: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['background', ['auto', 'opaque']],
  ['moderation', ['auto']],
  ['quality', ['auto', 'standard']],
  ['partial_images', [0]],
]);

/**
 * Reads the parameters of a request for pictures of a drawing bot.
 * @throws GatewayError invalid_request; `param` names the field
 */
export function readWish(
  body: unknown,
  model: string,
  sent: SentPictures = { images: [] },
  needsWords = true,
): ImageWish {
  if (body === undefined || body === null) throw emptyBody();
  const checked = check(needsWords ? wishSchema : wordlessSchema, body, []);
  const stream = checked.stream === true;
  const format = stream ? 'b64_json' : (checked.response_format ?? 'url');
  const { prompt, warning } = withRatio((checked.prompt ?? '').trim(), checked.size ?? undefined);
  const ignored = ignoredIn(body, format, stream);
  return {
    model,
    prompt,
    count: checked.n ?? 1,
    format,
    encoding: { format: checked.output_format ?? 'png', quality: checked.output_compression ?? 100 },
    stream,
    previews: checked.partial_images ?? 0,
    size: checked.size ?? 'auto',
    quality: checked.quality ?? 'auto',
    ...sent,
    mask: sent.mask,
    earlier: earlierOf(checked),
    warnings: [
      ...[ignoredWarning(ignored), warning].filter((one) => one !== undefined),
      ...(needsWords || (checked.prompt ?? '').trim() === ''
        ? []
        : ['prompt ignored: variations take no words']),
      ...(stream && checked.response_format === 'url' ? ['response_format: a stream carries b64_json'] : []),
    ],
  };
}

function earlierOf({ task_id }: Pick<WishBody, 'task_id'>): EarlierPicture | undefined {
  if (task_id === null || task_id === undefined) return undefined;
  const [taskId = '', index] = task_id.split(':');
  return { taskId, index: index === undefined ? undefined : Number(index) };
}

function ignoredIn(body: object, format: ImageWish['format'], stream: boolean): string[] {
  const obeyed = new Set([
    ...(format === 'b64_json' ? ['output_format', 'output_compression'] : []),
    ...(stream ? ['partial_images'] : []),
  ]);
  return Object.entries(body)
    .filter(([name, value]) => (value ?? null) !== null && !KNOWN.has(name) && !obeyed.has(name))
    .filter(([name, value]) => !HARMLESS.get(name)?.includes(value))
    .map(([name]) => name);
}
