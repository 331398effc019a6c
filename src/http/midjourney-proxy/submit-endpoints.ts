import { type GatewayError, toGatewayError } from '../../core/errors.ts';
import type { Task } from '../../core/task.ts';
import type { TaskReceipt } from '../../core/tasks.ts';
import { measuresOf, regionOf } from '../mask.ts';
import { press, wordsWarning } from '../pressing.ts';
import { isBlankText } from '../prompt-text.ts';
import { warn } from '../warnings-header.ts';
import { askedFor, offeredWords } from './action-name.ts';
import type { Handler, ProxyCall } from './call.ts';
import { VERDICTS } from './codes.ts';
import { readCommon, type Wish } from './common.ts';
import { invalid, SpokenError } from './errors.ts';
import { DRIVER } from './options.ts';
import { readMask, readPictures } from './pictures.ts';
import { renderReceipt, type SubmitAnswer } from './render.ts';
import { readBody } from './schema.ts';
import { accountOf } from './studios.ts';
import { bodyWarning } from './warnings.ts';
import { windowPromptOf } from './window.ts';
import { type Submission, wishOf } from './wishes.ts';

/** The endpoints below `/mj/submit`, by the last part of their path. */
export const SUBMIT_ENDPOINTS: Readonly<Record<string, Handler>> = {
  imagine: submission('imagine'),
  describe: submission('describe'),
  blend: submission('blend'),
  shorten: submission('shorten'),
  show: submission('show'),
  change: submission('change'),
  'simple-change': submission('simple-change'),
  action: submission('action'),
  video: submission('video'),
  edit: submission('edit'),
  edits: submission('edits'),
  modal: fillWindow,
  'upload-discord-images': upload,
};

/** An endpoint that makes a task. */
function submission(name: Submission): Handler {
  return async (call) => {
    const body = readBody(name, call.body);
    const wish = { ...wishOf(name, body), ...readCommon(body, call.mode) };
    const ignored = bodyWarning(name, call.body);
    warn(call.reply, ignored);
    const receipt = await submit(call, await checkedMask(call, wish));
    warn(call.reply, ignored, wordsWarning(receipt.task, formPrompt(wish.form)));
    return answer(call, receipt);
  };
}

async function submit({ options, caller, signal }: ProxyCall, wish: Wish): Promise<TaskReceipt> {
  const accountId = accountOf(options.service.studios(caller), wish.accountId);
  const { parentId, action } = wish;
  const order = { ...wish, accountId, caller, driver: DRIVER, signal };
  try {
    return await press({
      action,
      asked: action === undefined ? '' : askedFor(action),
      offered: offeredWords,
      findParent: async () =>
        parentId === undefined ? undefined : options.service.findTask(caller, parentId, signal),
      submit: (meant) => options.service.submitTask({ ...order, action: meant }),
    });
  } catch (error) {
    throw refusalOf(toGatewayError(error), wish.prompt || (formPrompt(wish.form) ?? '')) ?? error;
  }
}

const MASK_FORM = { marks: 'white', param: 'maskBase64' } as const;

/** A mask is looked at beside the picture that it is for, before anything is asked of the bot. */
async function checkedMask(call: ProxyCall, wish: Wish): Promise<Wish> {
  const { form, parentId } = wish;
  if (typeof form !== 'object' || form.mask === undefined || parentId === undefined) return wish;
  return { ...wish, form: { ...form, mask: await regionIn(call, form.mask, parentId) } };
}

async function regionIn({ options, caller, signal }: ProxyCall, mask: string, pictureId: string | undefined) {
  const picture =
    pictureId === undefined ? undefined : await options.service.findTask(caller, pictureId, signal);
  return regionOf(Buffer.from(mask, 'base64'), picture && measuresOf(picture), MASK_FORM);
}

async function answer(call: ProxyCall, receipt: TaskReceipt): Promise<SubmitAnswer> {
  const isAsking = receipt.task.status === 'form';
  return renderReceipt(receipt, isAsking ? await windowPrompt(call, receipt.task) : '');
}

async function windowPrompt({ options, caller, signal }: ProxyCall, task: Task): Promise<string> {
  const { parentId } = task.request;
  const parent =
    parentId === undefined ? undefined : await options.service.findTask(caller, parentId, signal);
  return windowPromptOf(task, parent);
}

/** Answers the window of a waiting task; without words it is confirmed with those that it holds. */
async function fillWindow(call: ProxyCall): Promise<SubmitAnswer> {
  const { options, caller, signal } = call;
  const body = readBody('modal', call.body);
  const id = body.taskId.trim();
  if (id === '') throw invalid('taskId不能为空', 'taskId');
  const mask = body.maskBase64.trim() === '' ? undefined : readMask(body.maskBase64);
  const task = await options.service.findTask(caller, id, signal);
  if (task === undefined) throw new SpokenError('task_not_found', VERDICTS.task_not_found.text);
  if (task.status !== 'form') throw new SpokenError('parent_unfinished', VERDICTS.parent_unfinished.text);
  // The bot fills in all other windows by itself.
  const isEmpty = task.request.action?.kind === 'zoom-custom';
  const words = isBlankText(body.prompt) ? '' : body.prompt.trim();
  const prompt = words || (isEmpty ? await windowPrompt(call, task) : '');
  warn(call.reply, bodyWarning('modal', call.body));
  const region = mask === undefined ? {} : { mask: await regionIn(call, mask, task.request.parentId) };
  try {
    return await answer(
      call,
      await options.service.fillForm(caller, id, { ...(prompt === '' ? {} : { prompt }), ...region }),
    );
  } catch (error) {
    throw refusalOf(toGatewayError(error), prompt) ?? error;
  }
}

/** Puts pictures onto Discord; the result is the list of their links. */
async function upload({ options, caller, body, signal }: ProxyCall): Promise<unknown> {
  const { base64Array } = readBody('upload-discord-images', body);
  if (base64Array.length === 0) throw invalid('base64List不能为空', 'base64Array');
  const images = readPictures(base64Array, 'base64Array');
  const result = await options.service.uploadPictures(caller, DRIVER, images, signal);
  return { code: 1, description: '提交成功', result, properties: {} };
}

function formPrompt(form: Wish['form']): string | undefined {
  return typeof form === 'object' ? form.prompt : undefined;
}

/** A banned word is told beside the prompt that holds it; the gateway's message names the word in quotation marks. */
function refusalOf(error: GatewayError, prompt: string): SpokenError | undefined {
  if (error.code !== 'prompt_refused') return undefined;
  const bannedWord = /["“「]([^"”」]{1,200})["”」]/.exec(error.message)?.[1] ?? null;
  const properties = { promptEn: prompt, bannedWord, detail: error.message };
  return new SpokenError('prompt_refused', VERDICTS.prompt_refused.text, {}, properties);
}
