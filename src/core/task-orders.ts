/** From an order to a task: which bot, which account, with which files. */
import { type Caller, mayUse } from './caller.ts';
import { GatewayError } from './errors.ts';
import type { MediaFile, MediaLoader, MediaSource } from './media.ts';
import type { Place, Studio } from './studio.ts';
import type { Task, TaskRequest } from './task.ts';
import type { TaskPlan, TaskWish } from './task-driver.ts';
import type { TaskOrder } from './tasks.ts';

/** An order that was looked through: what will be stored, and where it can be done. */
export interface Draft {
  readonly studio: Studio;
  readonly plan: TaskPlan;
  readonly request: TaskRequest;
  /** True when the caller has to be asked for words or a mask first. */
  readonly asks: boolean;
  /** The place of the parent; undefined when any will do. */
  readonly place: Place | undefined;
}

/** Bots that the order means and the caller may use. @throws GatewayError model_not_found, bot_not_allowed, parent_gone */
export function studiosFor(
  studios: readonly Studio[],
  order: Pick<TaskOrder, 'caller' | 'model' | 'driver'>,
  parent: Task | undefined,
): Studio[] {
  const meant = studios.filter(({ setup }) => {
    if (parent) return setup.id === parent.botId;
    if (order.model !== undefined) return setup.models.includes(order.model);
    return order.driver === undefined || setup.driver.name === order.driver;
  });
  if (meant.length === 0) throw parent ? gone(parent) : unknown(order);
  const allowed = meant.filter(({ setup }) => mayUse(order.caller, setup.id));
  if (allowed.length > 0) return allowed;
  throw new GatewayError('bot_not_allowed', 'This key may not use the bot.', { param: 'model' });
}

/**
 * Looks an order through before anything is stored or fetched.
 * @throws GatewayError unsupported_parameter, and what the driver's `plan` throws
 */
export function planOrder(order: TaskOrder, studio: Studio, parent: Task | undefined): Draft {
  const { driver, options } = studio.setup;
  if (!driver.verbs.includes(order.verb)) {
    throw new GatewayError(
      'unsupported_parameter',
      `The bot "${studio.setup.id}" cannot do "${order.verb}".`,
    );
  }
  const wish = wishOf(order);
  const plan = driver.plan(wish, parent, options);
  if (plan.asks && order.cannotBeAsked) throw missing(plan.asks);
  const place = parent && studio.placeOf(parent);
  if (parent && !place) throw gone(parent);
  return {
    studio,
    plan,
    request: requestOf(wish, plan, parent),
    asks: plan.asks !== undefined || (order.form === 'ask' && plan.takesPrompt),
    place,
  };
}

/** The files that go along. @throws GatewayError media_invalid, media_unreachable, media_forbidden */
export function loadFiles(
  images: readonly MediaSource[],
  plan: TaskPlan,
  media: MediaLoader,
  signal: AbortSignal,
): Promise<MediaFile[]> {
  const wanted = images.filter(({ type }) => type === 'bytes' || plan.loadsLinks);
  return Promise.all(wanted.map((source) => media.load(source, signal)));
}

/** The wish that a stored request stands for, to be planned again with what a form has brought. */
export function wishOfRequest(request: TaskRequest): TaskWish {
  return { ...request, action: request.action && { customId: request.action.customId } };
}

function wishOf(order: TaskOrder): TaskWish {
  const { verb, prompt, images, parentId, action, mode, variant, dimensions, motion, jobId } = order;
  const links = images.flatMap((source) => (source.type === 'link' ? [source.url] : []));
  const asked = order.form === 'ask' ? undefined : order.form;
  // Words that come with a button are meant for the form that it may open.
  const form = verb === 'act' && prompt !== '' ? { prompt, ...asked } : asked;
  const files = images.length - links.length;
  return { verb, prompt, links, files, parentId, action, mode, variant, dimensions, motion, jobId, form };
}

function requestOf(wish: TaskWish, plan: TaskPlan, parent: Task | undefined): TaskRequest {
  const { links, files, ...rest } = wish;
  return {
    ...rest,
    prompt: wish.prompt || wish.form?.prompt || (parent?.request.prompt ?? ''),
    action: plan.action,
    variant: wish.variant ?? parent?.request.variant,
    links: plan.loadsLinks ? [] : links,
    files: plan.loadsLinks ? files + links.length : files,
  };
}

function unknown({
  model,
  driver,
  caller,
}: {
  model?: string | undefined;
  driver?: string | undefined;
  caller: Caller;
}) {
  if (model !== undefined) {
    return new GatewayError('model_not_found', `The model "${model}" does not exist.`, { param: 'model' });
  }
  const what = caller.admin ? ` (driver: ${driver})` : '';
  return new GatewayError('model_not_found', `This gateway has no bot of that kind${what}.`, {
    hint: 'Add one to bots in cordgate.yaml.',
  });
}

function missing(what: 'prompt' | 'mask'): GatewayError {
  return new GatewayError('invalid_request', `The button opens a form that needs a ${what}.`, {
    param: what,
  });
}

function gone(parent: Task): GatewayError {
  return new GatewayError(
    'parent_gone',
    `The account "${parent.accountId}" that made task ${parent.id} is not configured for that channel any more.`,
    { param: 'taskId' },
  );
}

/** The draft and the place with the least to do. @throws GatewayError why none takes it */
export function choosePlace(drafts: readonly Draft[], order: TaskOrder): readonly [Draft, Place] {
  const refusals: GatewayError[] = [];
  const found = drafts.flatMap((draft): [Draft, Place][] => {
    try {
      return [[draft, draft.place ? checked(draft.place, draft) : chooseNew(draft, order)]];
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      refusals.push(error);
      return [];
    }
  });
  const [first, ...others] = found;
  // "Not this bot" says less than why another one refuses.
  const telling = refusals.find((error) => error.code !== 'no_account') ?? refusals[0];
  if (!first) throw telling ?? new GatewayError('no_account', 'There is no account for the task.');
  return others.reduce((best, one) => (one[1].lane.load < best[1].lane.load ? one : best), first);
}

function chooseNew({ studio, plan }: Draft, { accountId, mode }: TaskOrder): Place {
  const isFast = mode === 'fast' || mode === 'turbo';
  return studio.choose({ accountId, isFast, needsSlot: plan.needsSlot });
}

/** The place of the parent takes it, or nobody does. */
function checked(place: Place, { plan, studio }: Draft): Place {
  const refusal = studio.refusal(place);
  if (refusal) throw refusal;
  if (plan.needsSlot && place.lane.isFull()) throw laneIsFull(place);
  return place;
}

/** One account's own line is full. */
export function laneIsFull({ room }: Place): GatewayError {
  const message = `The queue of the account "${room.account.id}" is full: ${room.queue} tasks wait already (rooms[].queue).`;
  return new GatewayError('queue_full', message, { retryAfterMs: 30_000 });
}
