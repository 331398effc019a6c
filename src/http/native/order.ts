/** What `POST /tasks` takes, and the order that it stands for. */
import { z } from 'zod';
import type { Caller } from '../../core/caller.ts';
import type { ActionWish, Task } from '../../core/task.ts';
import type { TaskOrder } from '../../core/tasks.ts';
import { measuresOf, regionOf } from '../mask.ts';
import { isBlankText } from '../prompt-text.ts';
import { check } from './check.ts';
import { ACTION_KINDS, promptSchema, taskIdSchema, VERBS } from './fields.ts';
import { readBase64, readPicture } from './pictures.ts';

/** Name of this dialect, for callbacks. */
export const DIALECT = 'cordgate';

/** More than any prompt can carry. */
const MOST_PICTURES = 20;
const LONGEST_STATE = 10_000;

const pictures = z
  .array(z.string())
  .max(MOST_PICTURES)
  .describe('pictures: data URLs with base64, or links with http or https');

/** Words and mask for a form. */
export const formSchema = z.strictObject({
  prompt: promptSchema.optional().describe('the new words'),
  mask: z
    .string()
    .min(1)
    .optional()
    .describe(
      'for "vary-region": a PNG (data URL or base64) of the size of the picture, white where it shall change',
    ),
});

const actionSchema = z.union([
  z.strictObject({
    kind: z.enum(ACTION_KINDS).describe('what the button does'),
    index: z.int().min(1).max(20).optional().describe('which picture, text or clip, counted from 1'),
  }),
  z.strictObject({ customId: z.string().min(1).max(200).describe('the button itself') }),
]);

/** The body of `POST /tasks`. */
export const orderSchema = z
  .strictObject({
    model: z.string().min(1).optional().describe('a model of GET /me; or give a driver'),
    driver: z.string().min(1).optional().describe('"midjourney", "pika": any bot of that driver'),
    verb: z.enum(VERBS).describe('what is asked for; "act" presses a button of the parent'),
    prompt: promptSchema.default('').describe('the words; empty where the verb takes none'),
    images: pictures.default([]),
    parentId: taskIdSchema.optional().describe('the finished task whose button is pressed'),
    action: actionSchema.optional().describe('the button to press (verb "act")'),
    form: z
      .union([z.literal('ask'), formSchema])
      .optional()
      .describe('for a form that the button opens; "ask": the task waits in status "form" for it'),
    mode: z.enum(['fast', 'relax', 'turbo']).optional().describe('speed; the new one for the verb "mode"'),
    variant: z.string().min(1).max(50).optional().describe('"niji" for niji・journey'),
    dimensions: z.enum(['portrait', 'square', 'landscape']).optional().describe('shape of a blend'),
    motion: z.enum(['low', 'high']).optional().describe('how much a video moves'),
    jobId: z.string().min(1).max(100).optional().describe('id of a job of Midjourney (verb "show")'),
    account: z.string().min(1).optional().describe('name of the account that shall do it'),
    state: z.string().max(LONGEST_STATE).optional().describe('free text, given back as it came'),
    notify: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional()
      .describe('address that is told of each change (POST, JSON: the task)'),
  })
  .refine(({ model, driver, parentId }) => (model ?? driver ?? parentId) !== undefined, {
    path: ['model'],
    error: 'is missing: give a model or a driver',
  });

/** Fields that mean something for one verb only. */
const OWN_FIELDS = {
  action: 'act',
  form: 'act',
  dimensions: 'blend',
  motion: 'animate',
  jobId: 'show',
} as const;

/** The fields of an order that are not obeyed: its verb does not know them, or the model goes before the driver. */
export function ignoredFields(order: TaskOrder): string[] {
  const names = Object.keys(OWN_FIELDS) as (keyof typeof OWN_FIELDS)[];
  const strange = names.filter((name) => order[name] !== undefined && OWN_FIELDS[name] !== order.verb);
  return order.model !== undefined && order.driver !== undefined ? [...strange, 'driver'] : strange;
}

/** Where masks are looked up beside their picture. */
export interface OrderContext {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  readonly findTask: (id: string) => Promise<Task | undefined>;
}

/** The order of a request's body. @throws GatewayError invalid_request, media_invalid (the mask) */
export async function readOrder(body: unknown, context: OrderContext): Promise<TaskOrder> {
  const { account, images, notify, form, action, prompt, ...rest } = check(orderSchema, body);
  return {
    ...rest,
    caller: context.caller,
    prompt: isBlankText(prompt) ? '' : prompt,
    images: images.map((image, index) => readPicture(image, `images[${index}]`)),
    action: action && wishOf(action),
    form: form === 'ask' || form === undefined ? form : await readForm(form, rest.parentId, context),
    accountId: account,
    notify: notify === undefined ? undefined : { url: notify, dialect: DIALECT },
    signal: context.signal,
  };
}

/**
 * The words and the mask of a form; the mask is looked at beside the picture that it is for.
 * @param pictureId the task that has drawn the picture
 * @throws GatewayError media_invalid
 */
export async function readForm(
  { prompt, mask }: z.infer<typeof formSchema>,
  pictureId: string | undefined,
  { findTask }: Pick<OrderContext, 'findTask'>,
): Promise<{ prompt?: string; mask?: string }> {
  const words = prompt === undefined || isBlankText(prompt) ? {} : { prompt };
  if (mask === undefined) return words;
  const picture = pictureId === undefined ? undefined : await findTask(pictureId);
  const bytes = readBase64(mask, 'form.mask');
  const form = { marks: 'white', param: 'form.mask' } as const;
  return { ...words, mask: await regionOf(bytes, picture && measuresOf(picture), form) };
}

function wishOf(action: z.infer<typeof actionSchema>): ActionWish {
  return 'customId' in action ? { customId: action.customId } : { kind: action.kind, index: action.index };
}
