/** What a submission means, as an order to the service: pure. */
import type { ActionKind, ActionWish, TaskVerb } from '../../core/task.ts';
import { isBlankText } from '../prompt-text.ts';
import type { Wish } from './common.ts';
import { invalid, SpokenError } from './errors.ts';
import { readMask, readPicture, readPictures } from './pictures.ts';
import type { Body, CommonBody } from './schema.ts';

/** The part of an order that the endpoint decides. */
export type OwnWish = Omit<Wish, 'mode' | 'variant' | 'accountId' | 'state' | 'notify'>;

function imagineOf({ prompt, base64Array, base64 }: Body<'imagine'>): OwnWish {
  const images = [...readPictures(base64Array, 'base64Array'), ...readPictures(given(base64), 'base64')];
  return { verb: 'imagine', prompt: needed(prompt, 'prompt'), images };
}

function describeOf({ base64, link }: Body<'describe'>): OwnWish {
  const picture = readPicture(needed(given(base64)[0] ?? link, 'base64'), 'base64');
  return { verb: 'describe', prompt: '', images: [picture] };
}

const DIMENSIONS = { PORTRAIT: 'portrait', SQUARE: 'square', LANDSCAPE: 'landscape' } as const;

function blendOf({ base64Array, dimensions }: Body<'blend'>): OwnWish {
  if (base64Array.length < 2 || base64Array.length > 5) throw invalid('base64List参数错误', 'base64Array');
  const wanted = dimensions.trim().toUpperCase() || 'SQUARE';
  const known = Object.entries(DIMENSIONS).find(([name]) => name === wanted)?.[1];
  if (known === undefined) throw invalid('dimensions参数错误', 'dimensions');
  const images = readPictures(base64Array, 'base64Array');
  return { verb: 'blend', prompt: '', images, dimensions: known };
}

function shortenOf({ prompt }: Body<'shorten'>): OwnWish {
  return { verb: 'shorten', prompt: needed(prompt, 'prompt'), images: [] };
}

const JOB_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The job may come as the link of its page. */
function showOf({ jobId }: Body<'show'>): OwnWish {
  const found = JOB_ID.exec(needed(jobId, 'jobId'))?.[0];
  if (found === undefined) throw invalid('jobId参数错误', 'jobId');
  return { verb: 'show', prompt: '', images: [], jobId: found.toLowerCase() };
}

const CHANGES: ReadonlyMap<string, ActionKind> = new Map([
  ['UPSCALE', 'upscale'],
  ['VARIATION', 'vary'],
  ['REROLL', 'reroll'],
]);

function changeOf({ taskId, action, index }: Body<'change'>): OwnWish {
  const parentId = needed(taskId, 'taskId');
  const kind = CHANGES.get(action.trim().toUpperCase());
  if (kind === undefined) throw invalid('action参数错误', 'action');
  if (kind === 'reroll') return press(parentId, { kind });
  if (index === undefined || index < 1 || index > 4) throw invalid('index参数错误', 'index');
  return press(parentId, { kind, index });
}

/** `1320098173412546 U2`, `… V1`, `… R`. */
const SIMPLE_CHANGE = /^(\S{1,64})\s+(?:([UV])([1-4])|R)$/i;

function simpleChangeOf({ content }: Body<'simple-change'>): OwnWish {
  const [, parentId, letter, digit] = SIMPLE_CHANGE.exec(needed(content, 'content')) ?? [];
  if (parentId === undefined) throw invalid('content参数错误', 'content');
  if (letter === undefined) return press(parentId, { kind: 'reroll' });
  const kind = letter.toUpperCase() === 'U' ? 'upscale' : 'vary';
  return press(parentId, { kind, index: Number(digit) });
}

/** With `enableRemix` the caller wants to see the window of a button, where it has one. */
function actionOf({ taskId, customId, enableRemix }: Body<'action'>): OwnWish {
  const parentId = needed(taskId, 'taskId');
  const button = needed(customId, 'customId');
  return { ...press(parentId, { customId: button }), form: enableRemix ? 'ask' : undefined };
}

/** A clip of a picture that is sent along, of a finished picture, or the prolongation of a finished clip. */
function videoOf(body: Body<'video'>): OwnWish {
  const motion = motionOf(body);
  if (body.image.trim() !== '') {
    const images = [readPicture(body.image, 'image')];
    return { verb: 'animate', prompt: given(body.prompt)[0] ?? '', images, motion };
  }
  const parentId = given(body.taskId)[0];
  if (parentId === undefined) throw invalid('image不能为空，或以taskId指定已完成的任务', 'image');
  const words = given(body.prompt)[0];
  const form = words === undefined ? {} : { form: { prompt: words } };
  return { ...press(parentId, clipAction(body, motion ?? 'low')), ...form };
}

function clipAction({ action, index }: Body<'video'>, motion: 'low' | 'high'): ActionWish {
  const wanted = action.trim().toLowerCase();
  if (wanted === '' || wanted === 'video') return { kind: `animate-${motion}` };
  if (wanted !== 'extend') throw invalid('action参数错误', 'action');
  if (index !== undefined && (index < 0 || index > 3)) throw invalid('index参数错误', 'index');
  // Midjourney-Proxy counts clips from 0.
  return { kind: `extend-${motion}`, ...(index === undefined ? {} : { index: index + 1 }) };
}

function motionOf({ motion }: Body<'video'>): 'low' | 'high' | undefined {
  const wanted = motion.trim().toLowerCase();
  if (wanted === '' || wanted === 'low' || wanted === 'high') return wanted || undefined;
  throw invalid('motion参数错误', 'motion');
}

/** On Discord only a region of a finished picture can be repainted. */
function editsOf({ taskId, prompt, maskBase64 }: Body<'edits'>): OwnWish {
  const parentId = given(taskId)[0];
  if (parentId === undefined || maskBase64.trim() === '') {
    throw new SpokenError(
      'unsupported_parameter',
      'Discord上无法编辑任意图片：请传入taskId（已放大的任务）与maskBase64进行局部重绘，或改用submit/imagine并将图片放入base64Array',
    );
  }
  const words = given(prompt)[0];
  const form = { mask: readMask(maskBase64), ...(words === undefined ? {} : { prompt: words }) };
  return { ...press(parentId, { kind: 'vary-region' }), form };
}

function press(parentId: string, action: ActionWish): OwnWish {
  const verb: TaskVerb = 'act';
  return { verb, prompt: '', images: [], parentId, action };
}

/** The text as a list: empty when nothing can be seen of it. */
function given(value: string): string[] {
  return isBlankText(value) ? [] : [value.trim()];
}

function needed(value: string, param: string): string {
  const [text] = given(value);
  if (text === undefined) throw invalid(`${param}不能为空`, param);
  return text;
}

/** Endpoints below `/mj/submit` that make a task. */
export type Submission =
  | 'imagine'
  | 'describe'
  | 'blend'
  | 'shorten'
  | 'show'
  | 'change'
  | 'simple-change'
  | 'action'
  | 'video'
  | 'edit'
  | 'edits';

const WISHES: { readonly [Name in Submission]: (body: Body<Name>) => OwnWish } = {
  imagine: imagineOf,
  describe: describeOf,
  blend: blendOf,
  shorten: shortenOf,
  show: showOf,
  change: changeOf,
  'simple-change': simpleChangeOf,
  action: actionOf,
  video: videoOf,
  edit: editsOf,
  edits: editsOf,
};

/**
 * What a submission means.
 * @throws SpokenError invalid_request, unsupported_parameter where no button of Discord stands behind it
 */
export function wishOf<Name extends Submission>(name: Name, body: Body<Name> & CommonBody): OwnWish {
  const read: (body: Body<Name>) => OwnWish = WISHES[name];
  return read(body);
}
