import { GatewayError } from '../../core/errors.ts';
import type { ActionWish, TaskNotify } from '../../core/task.ts';
import { readAction } from './actions.ts';
import type { Fields } from './body.ts';

/** Name of this dialect: in logs, and in the tasks whose changes are told in its shape. */
export const DIALECT = 'discordxy';

/** What both submissions may carry. */
interface Extras {
  /** Given back as it came. */
  readonly state: string | undefined;
  readonly notify: TaskNotify | undefined;
  /** Names of fields that mean nothing here. */
  readonly ignored: readonly string[];
}

/** A checked body of `imagine`. */
export interface ImagineRequest extends Extras {
  /** As the caller wrote it, links in front included. */
  readonly prompt: string;
}

/** A checked body of `change`. */
export interface ChangeRequest extends Extras {
  readonly taskId: string;
  readonly action: ActionWish;
  readonly form: { readonly prompt?: string; readonly mask?: string } | undefined;
}

const EXTRA_FIELDS = ['state', 'notifyHook'];

/** @throws GatewayError invalid_request */
export function readImagine(fields: Fields): ImagineRequest {
  const prompt = textOf(fields, 'prompt') ?? '';
  if (prompt.trim() === '') throw missing('prompt');
  return { prompt, ...extrasOf(fields, ['prompt']) };
}

/** @throws GatewayError invalid_request, media_invalid */
export function readChange(fields: Fields): ChangeRequest {
  return {
    taskId: readTaskId(fields.taskId),
    action: actionOf(fields),
    form: formOf(fields),
    ...extrasOf(fields, ['taskId', 'action', 'customId', 'prompt', 'maskBase64']),
  };
}

/**
 * The id of a task; JSON numbers are taken as long as none of their digits was lost.
 * @throws GatewayError invalid_request
 */
export function readTaskId(value: unknown): string {
  if (typeof value === 'number') return wholeNumber(value);
  if (value === undefined || value === null || value === '') throw missing('taskId');
  if (typeof value !== 'string') throw wrongType('taskId');
  return value.trim();
}

/** Numbers of JSON beyond 2^53 are rounded when they are read: the id would be another one. */
function wholeNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new GatewayError('invalid_request', 'The taskId is a number too large for JSON to hold exactly.', {
    param: 'taskId',
    hint: 'Send it as a string: {"taskId":"…"}.',
  });
}

function actionOf(fields: Fields): ActionWish {
  const customId = textOf(fields, 'customId')?.trim();
  if (customId) return { customId };
  const word = textOf(fields, 'action')?.trim();
  if (!word) throw missing('action');
  return readAction(word);
}

function formOf(fields: Fields): ChangeRequest['form'] {
  const prompt = textOf(fields, 'prompt');
  const mask = maskOf(textOf(fields, 'maskBase64'));
  if (!prompt && mask === undefined) return undefined;
  return { ...(prompt ? { prompt } : {}), ...(mask === undefined ? {} : { mask }) };
}

/** Base64 as the form takes it: without the head of a data URL. */
function maskOf(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const base64 = text.replace(/^data:[^,]{0,100},/, '').replace(/\s+/g, '');
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return base64;
  throw new GatewayError('media_invalid', 'The maskBase64 is not base64.', {
    param: 'maskBase64',
    hint: 'Send a PNG, white where the picture shall change, as base64.',
  });
}

function extrasOf(fields: Fields, known: readonly string[]): Extras {
  const url = textOf(fields, 'notifyHook')?.trim();
  return {
    state: textOf(fields, 'state'),
    notify: url ? { url, dialect: DIALECT } : undefined,
    ignored: Object.keys(fields).filter((name) => !known.includes(name) && !EXTRA_FIELDS.includes(name)),
  };
}

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrongType(name);
}

function missing(name: string): GatewayError {
  return new GatewayError('invalid_request', `The field "${name}" is missing or empty.`, { param: name });
}

function wrongType(name: string): GatewayError {
  return new GatewayError('invalid_request', `The field "${name}" must be a text.`, { param: name });
}
