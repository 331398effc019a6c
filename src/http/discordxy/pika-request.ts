import { GatewayError } from '../../core/errors.ts';
import type { MediaSource } from '../../core/media.ts';
import type { SentFile } from '../multipart-body.ts';
import { checkPikaPrompt } from '../pika-prompt.ts';
import type { BodyWithFiles, Fields } from './body.ts';
import { type Extras, extrasOf, missing, PIKA_DIALECT, promptOf, textOf, wrongType } from './request.ts';

/** A checked body of `create` or `animate`. */
export interface PikaRequest extends Extras {
  /** As the caller wrote it, parameters included; may be empty beside a picture. */
  readonly prompt: string;
  readonly picture: MediaSource | undefined;
}

/** @throws GatewayError invalid_request */
export function readCreate({ fields, files }: BodyWithFiles): PikaRequest {
  refuseFilesBut(files, undefined);
  const prompt = pikaPromptOf(fields);
  if (prompt === '') throw missing('prompt');
  return { prompt, picture: undefined, ...extrasOf(fields, ['prompt'], PIKA_DIALECT) };
}

/** @throws GatewayError invalid_request, media_invalid */
export function readAnimate({ fields, files }: BodyWithFiles): PikaRequest {
  refuseFilesBut(files, 'file');
  const [file, second] = files;
  if (second) {
    throw new GatewayError('invalid_request', `A clip begins with one picture, not ${files.length}.`, {
      param: 'file',
      hint: 'Send one file.',
    });
  }
  const picture = file ? sourceOf(file) : namedPicture(fields);
  const prompt = pikaPromptOf(fields);
  return { prompt, picture, ...extrasOf(fields, ['prompt', 'file'], PIKA_DIALECT) };
}

/** Files under other names are mistakes, some of them of words: `-F prompt=@words.txt`. */
function refuseFilesBut(files: readonly SentFile[], wanted: string | undefined): void {
  const other = files.find(({ field }) => field !== wanted);
  if (!other) return;
  if (other.field === 'prompt') throw wrongType('prompt');
  const param = other.field.slice(0, 64);
  const problem =
    wanted === undefined ? 'a clip of words alone takes no picture' : 'the picture came under another name';
  throw new GatewayError('invalid_request', `The form field "${param}" is a file: ${problem}.`, {
    param,
    hint: wanted === undefined ? 'Send it to POST /pika/animate.' : `Send it as the form field "${wanted}".`,
  });
}

function sourceOf({ bytes }: SentFile): MediaSource {
  if (bytes.length > 0) return { type: 'bytes', bytes };
  throw new GatewayError('media_invalid', 'The file is empty.', { param: 'file' });
}

/** Beyond the seed document: a link, or the picture as base64 in a data URL. */
function namedPicture(fields: Fields): MediaSource {
  const text = textOf(fields, 'file')?.trim();
  if (!text) {
    throw new GatewayError('invalid_request', 'The field "file" is missing or empty.', {
      param: 'file',
      hint: 'Send a multipart form with the picture as "file"; words alone go to POST /pika/create.',
    });
  }
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return { type: 'link', url: text };
  const [, base64] = /^data:[^,]{0,100};base64,([A-Za-z0-9+/\s]+={0,2})$/i.exec(text) ?? [];
  if (base64 !== undefined) return { type: 'bytes', bytes: Buffer.from(base64, 'base64') };
  throw new GatewayError('media_invalid', 'The field "file" holds no picture.', {
    param: 'file',
    hint: 'Send the file itself in a multipart form; or a link, or a data URL with base64.',
  });
}

function pikaPromptOf(fields: Fields): string {
  const prompt = promptOf(fields).trim();
  checkPikaPrompt(prompt);
  return prompt;
}
