/**
 * Pictures of drawing bots in OpenAI's shapes (openai-openapi: ImagesResponse, ImageGenPartialImageEvent,
 * ImageGenCompletedEvent, ImageEditPartialImageEvent, ImageEditCompletedEvent). Beyond the specification: `task_id`, and
 * `warnings` in the last events of a stream, whose head has left long before.
 */
import type { Encoded } from './encoding.ts';
import type { DrawnPicture } from './gather.ts';
import type { ImageWish } from './wish.ts';

/** Which family of events a stream carries. */
export type StreamKind = 'image_generation' | 'image_edit';

/** The body of an answer; `created` is Unix time in seconds, `promptTokens` counts the caller's words. */
export function renderDrawn(created: number, pictures: readonly DrawnPicture[], promptTokens: number) {
  return {
    created,
    data: pictures.map(({ taskId, prompt, url, encoded }) => ({
      ...(url === undefined ? { b64_json: encoded?.bytes.toString('base64') ?? '' } : { url }),
      ...(prompt === undefined ? {} : { revised_prompt: prompt }),
      task_id: taskId,
    })),
    ...formatOf(pictures),
    usage: usageOf(promptTokens),
  };
}

/** A picture of the progress. `createdAt` is Unix time in seconds, `index` counts from 0. */
export function renderPartial(
  kind: StreamKind,
  wish: ImageWish,
  { encoded, index, createdAt }: { encoded: Encoded; index: number; createdAt: number },
): string {
  return frame(`${kind}.partial_image`, {
    b64_json: encoded.bytes.toString('base64'),
    created_at: createdAt,
    ...asked(wish),
    output_format: encoded.format,
    partial_image_index: index,
  });
}

/** A finished picture. */
export function renderCompleted(
  kind: StreamKind,
  wish: ImageWish,
  picture: DrawnPicture,
  { createdAt, promptTokens }: { createdAt: number; promptTokens: number },
): string {
  const { encoded, taskId, prompt, warning } = picture;
  return frame(`${kind}.completed`, {
    b64_json: encoded?.bytes.toString('base64') ?? '',
    created_at: createdAt,
    ...asked(wish),
    ...(encoded ? { size: `${encoded.width}x${encoded.height}` } : {}),
    output_format: encoded?.format ?? wish.encoding.format,
    usage: usageOf(promptTokens),
    ...(prompt === undefined ? {} : { revised_prompt: prompt }),
    task_id: taskId,
    ...(warning === undefined ? {} : { warnings: [warning] }),
  });
}

function asked({ size, quality }: ImageWish) {
  return { size, quality, background: 'opaque' };
}

function frame(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function formatOf(pictures: readonly DrawnPicture[]) {
  const [format] = pictures.flatMap(({ encoded, url }) =>
    encoded && url === undefined ? [encoded.format] : [],
  );
  return format === undefined ? {} : { output_format: format, background: 'opaque' };
}

/** Words only: what a picture costs is between the account and the bot's makers, and Discord does not tell. */
function usageOf(promptTokens: number) {
  return {
    total_tokens: promptTokens,
    input_tokens: promptTokens,
    output_tokens: 0,
    input_tokens_details: { text_tokens: promptTokens, image_tokens: 0 },
    output_tokens_details: { text_tokens: 0, image_tokens: 0 },
  };
}
