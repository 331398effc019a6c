import type { Caller } from '../../../core/caller.ts';
import type { ChatService } from '../../../core/chat.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { TaskService } from '../../../core/tasks.ts';
import { checkPikaPrompt, languageWarning } from '../../pika-prompt.ts';
import { ignoredWarning } from '../../warnings-header.ts';
import { check } from '../issues.ts';
import type { Order } from '../tasks.ts';
import type { VideoBodyParts } from './form.ts';
import { type FilmingModel, filmingModel } from './models.ts';
import { videoSchema } from './schema.ts';
import { shaped } from './shape.ts';

/** A request for a video, read and checked. */
export interface VideoWish {
  readonly order: Order;
  /** What is not obeyed. */
  readonly warnings: readonly string[];
}

const KNOWN = new Set(['prompt', 'model', 'size', 'user']);

/**
 * Reads a body of `POST /v1/videos`.
 * @throws GatewayError invalid_request, model_not_found, bot_not_allowed, unsupported_parameter; `param` names the field
 */
export function readVideoWish(
  service: ChatService & TaskService,
  caller: Caller,
  { fields, reference }: VideoBodyParts,
): VideoWish {
  const body = check(videoSchema, fields, []);
  const film = filmingModel(service, caller, body.model ?? undefined);
  if (film.driver === 'midjourney' && reference === undefined) throw needsPicture(film);
  const { prompt, warnings } = wordsFor(film, body.prompt.trim(), body.size ?? undefined);
  const ignored = ignoredIn(fields);
  const verb = reference === undefined ? 'create' : 'animate';
  return {
    order: { model: film.model, verb, prompt, images: reference ? [reference] : [] },
    warnings: [ignoredWarning(ignored), ...warnings].filter((one) => one !== undefined),
  };
}

/** Pika knows shapes and English; Midjourney gives the clip the shape of the picture. */
function wordsFor({ driver }: FilmingModel, prompt: string, size: string | undefined) {
  if (driver === 'midjourney') {
    const isAsked = size !== undefined && !/^auto$/i.test(size);
    return { prompt, warnings: isAsked ? ['size ignored: the clip has the shape of its picture'] : [] };
  }
  const { prompt: words, warning } = shaped(prompt, size);
  checkPikaPrompt(words);
  const warnings = [warning, languageWarning(prompt)].filter((one) => one !== undefined);
  return { prompt: words, warnings };
}

function ignoredIn(fields: VideoBodyParts['fields']): string[] {
  return Object.entries(fields)
    .filter(([name, value]) => (value ?? null) !== null && !KNOWN.has(name))
    .map(([name]) => name);
}

function needsPicture({ model }: FilmingModel): GatewayError {
  return new GatewayError('invalid_request', `The bot of '${model}' films only from a picture.`, {
    param: 'input_reference',
    hint: 'Send one as input_reference, or choose a model of Pika.',
  });
}
