import { GatewayError } from '../../core/errors.ts';
import type { ActionWish, TaskNotify } from '../../core/task.ts';
import { checkPromptText, isBlankText } from '../prompt-text.ts';
import { readAction, takesIndex } from './actions.ts';
import type { Fields } from './body.ts';

/** Name of this dialect: in logs, and in the tasks whose changes are told in its shape. */
export const DIALECT = 'discordxy';

/** The same for tasks of Pika, which are told in the shape of their own status. */
export const PIKA_DIALECT = 'discordxy-pika';

/** What all submissions may carry. */
export interface Extras {
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
  /** The button as the caller named it. */
  readonly asked: string;
  /** Empty when there are no words. */
  readonly prompt: string;
  /** A mask as base64. */
  readonly mask: string | undefined;
}

const EXTRA_FIELDS = ['state', 'notifyHook'];

/** In characters, as in the Midjourney-Proxy dialect. */
const LONGEST_STATE = 255;
const LONGEST_HOOK = 2_000;

/** @throws GatewayError invalid_request */
export function readImagine(fields: Fields): ImagineRequest {
  const prompt = promptOf(fields);
  if (prompt === '') throw missing('prompt');
  return { prompt, ...extrasOf(fields, ['prompt']) };
}

/**
 * Reads a body of `change`.
 * @param name the field that names the task
 * @param dialect in whose shape callbacks are told
 * @throws GatewayError invalid_request, media_invalid
 */
export function readChange(
  fields: Fields,
  name: 'taskId' | 'nonce' = 'taskId',
  dialect = DIALECT,
): ChangeRequest {
  const taskId = readTaskId(fields[name], name);
  const { action, asked, hasIndex } = actionOf(fields);
  const known = [name, 'action', 'customId', 'prompt', 'maskBase64', ...(hasIndex ? ['index'] : [])];
  return {
    taskId,
    action,
    asked,
    prompt: promptOf(fields),
    mask: maskOf(textOf(fields, 'maskBase64')),
    ...extrasOf(fields, known, dialect),
  };
}

/** The words of a body as they came; empty where nothing can be seen of them. @throws GatewayError invalid_request */
export function promptOf(fields: Fields): string {
  const prompt = textOf(fields, 'prompt') ?? '';
  checkPromptText(prompt);
  return isBlankText(prompt) ? '' : prompt;
}

/**
 * The id of a task; JSON numbers are taken as long as none of their digits was lost.
 * @throws GatewayError invalid_request
 */
export function readTaskId(value: unknown, name = 'taskId'): string {
  if (typeof value === 'number') return wholeNumber(value, name);
  if (value === undefined || value === null || value === '') throw missing(name);
  if (typeof value !== 'string') throw wrongType(name);
  return value.trim();
}

/** Numbers of JSON beyond 2^53 are rounded when they are read: the id would be another one. */
function wholeNumber(value: number, name: string): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (!Number.isInteger(value)) throw wrongType(name);
  throw new GatewayError('invalid_request', `The ${name} is a number too large for JSON to hold exactly.`, {
    param: name,
    hint: `Send it as a string: {"${name}":"…"}.`,
  });
}

function actionOf(fields: Fields): { action: ActionWish; asked: string; hasIndex: boolean } {
  const customId = textOf(fields, 'customId')?.trim();
  if (customId) return { action: { customId }, asked: customId, hasIndex: false };
  const word = textOf(fields, 'action')?.trim();
  if (!word) throw missing('action');
  if (!takesIndex(readAction(word))) return { action: readAction(word), asked: word, hasIndex: false };
  const index = indexOf(fields);
  return { action: readAction(word, index), asked: `${word}${index ?? ''}`, hasIndex: true };
}

/** Which clip or text of several, from 1. */
function indexOf({ index }: Fields): number | undefined {
  if (index === undefined || index === null || index === '') return undefined;
  const text = typeof index === 'number' ? String(index) : index;
  if (typeof text === 'string' && /^[1-9]$/.test(text)) return Number(text);
  throw new GatewayError('invalid_request', 'The field "index" must be a number from 1 to 4.', {
    param: 'index',
  });
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

/** Callback and free text of a submission. @throws GatewayError invalid_request */
export function extrasOf(fields: Fields, known: readonly string[], dialect = DIALECT): Extras {
  const url = bounded(textOf(fields, 'notifyHook')?.trim(), 'notifyHook', LONGEST_HOOK);
  return {
    state: bounded(textOf(fields, 'state'), 'state', LONGEST_STATE),
    notify: url ? { url, dialect } : undefined,
    ignored: Object.keys(fields).filter((name) => !known.includes(name) && !EXTRA_FIELDS.includes(name)),
  };
}

function bounded(text: string | undefined, name: string, most: number): string | undefined {
  if (text === undefined || [...text].length <= most) return text;
  throw new GatewayError('invalid_request', `The field "${name}" is longer than ${most} characters.`, {
    param: name,
  });
}

/** A text of a body; undefined when it is absent. @throws GatewayError invalid_request */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrongType(name);
}

/** The refusal of a body without a field that it needs. */
export function missing(name: string): GatewayError {
  return new GatewayError('invalid_request', `The field "${name}" is missing or empty.`, { param: name });
}

/** The refusal of a field that is no text. */
export function wrongType(name: string): GatewayError {
  return new GatewayError('invalid_request', `The field "${name}" must be a text.`, { param: name });
}
