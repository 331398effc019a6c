/** Pictures in OpenAI's shape (openai-openapi: ImagesResponse, Image, ImageGenUsage), and what is said of them. */
import type { Usage } from '../../../core/chat.ts';
import { ignoredWarning } from '../../warnings-header.ts';
import type { Drawings, Picture } from './draw.ts';
import type { ImageRequest } from './request.ts';

/** The body of the answer; `created` is Unix time in seconds. */
export function renderImages(created: number, { pictures, usage }: Drawings) {
  return { created, data: pictures.map(renderImage), usage: renderUsage(usage) };
}

function renderImage({ media, file, prose }: Picture) {
  return {
    ...(file ? { b64_json: Buffer.from(file.bytes).toString('base64') } : { url: media.url }),
    ...(prose === '' ? {} : { revised_prompt: prose }),
  };
}

/** Words only: what a picture costs is between the bot and its developer, and Discord does not tell. */
function renderUsage({ promptTokens, completionTokens }: Usage) {
  return {
    total_tokens: promptTokens + completionTokens,
    input_tokens: promptTokens,
    output_tokens: completionTokens,
    input_tokens_details: { text_tokens: promptTokens, image_tokens: 0 },
    output_tokens_details: { text_tokens: completionTokens, image_tokens: 0 },
  };
}

/** What could not be done as asked; undefined entries say nothing. */
export function imageWarnings(request: ImageRequest, drawings?: Drawings): (string | undefined)[] {
  const { ignored, wished, count } = request;
  return [
    ignoredWarning(ignored),
    wished.length > 0 ? `asked for, not guaranteed: ${wished.join(', ')}` : undefined,
    drawings?.failure
      ? `${drawings.pictures.length} of ${count} pictures came: ${drawings.failure.code}`
      : undefined,
  ];
}
