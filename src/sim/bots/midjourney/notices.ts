/** Everything that the bots post instead of a picture: title, words, colour and how it comes. */
import type { WireObject } from '../../model.ts';

const RED = 16_711_680;
const CRIMSON = 15_548_997;
const SAND = 16_239_475;
const YELLOW = 16_776_960;

/** How a notice comes: an ephemeral message with the nonce, an update of the progress message, or a reply to it. */
export type NoticeDelivery = 'create' | 'update' | 'reply';

/** A notice of the bots. */
export interface Notice {
  readonly title?: string;
  readonly description?: string;
  readonly color?: number;
  /** In the embed's footer; `/imagine` and the prompt when left out, false = none. */
  readonly footer?: string | false;
  /** Words outside of any embed; `PROMPT` stands for the prompt. */
  readonly content?: string;
  /** How it comes when the progress is shown already. */
  readonly delivery: NoticeDelivery;
  /** It refers to the message whose button was pressed. */
  readonly aboutParent?: boolean;
  /** The job goes on all the same. */
  readonly isInformation?: boolean;
  /** Buttons below; `{id}` stands for a fresh id. */
  readonly buttons?: readonly {
    readonly label: string;
    readonly customId: string;
    readonly style?: number;
  }[];
  /** Opens in the client instead of being posted. */
  readonly frame?: { readonly title: string; readonly path: string };
  /** A picture beside the words. */
  readonly hasPicture?: boolean;
}

const STANDARDS =
  'Sorry! Our AI moderator thinks this prompt is probably against our community standards.\n\nPlease review our current community standards:\n\n**ALLOWED**\n- Any image up to PG-13 rating involving fiction, fantasy, mythology.';
const ACKNOWLEDGE =
  'You have a pending moderation message. Please acknowledge it before using Midjourney further.\nAfter reviewing your gallery, you have been blocked from accessing Midjourney for 1 hour for generating content that violates our Community Guidelines.';
const HUMAN =
  "Wow! You're making so many AI images we need to verify you're human 😂 Please select which description best fits the image below.";
const CONCURRENT =
  "You have reached the maximum allowed number of concurrent jobs. Don't worry, this job will start as soon as another one finishes!";

const red = (title: string, description: string, delivery: NoticeDelivery = 'create'): Notice => ({
  title,
  description,
  color: RED,
  delivery,
});

const NOTICES = {
  'failed-to-process': { content: 'Failed to process your command :c', delivery: 'create' },
  'failed-to-process-sad': { content: 'Failed to process your command :(', delivery: 'create' },
  'banned-prompt': red(
    'Banned prompt',
    'The word `gore` is banned. Circumventing this filter may result in your access being revoked.',
  ),
  'banned-prompt-detected': red('Banned prompt detected', STANDARDS),
  'banned-image-prompt': red(
    'Banned image prompt',
    'An image of your prompt was filtered by our AI moderator.',
  ),
  'invalid-prompt': red('Invalid prompt', 'Your prompt cannot consist of parameters only.'),
  'invalid-parameter': red('Invalid parameter', 'Invalid value provided for argument `--ar`: `2`'),
  'empty-prompt': red('Empty prompt', 'Please provide a prompt.'),
  'invalid-request': red(
    'Invalid request',
    'The request is invalid. Please check your prompt and try again.',
  ),
  'invalid-link': {
    title: 'Invalid link',
    description: 'Could not fetch image. Received status code 404',
    color: CRIMSON,
    delivery: 'reply',
  },
  'invalid-link!': {
    title: 'Invalid link!',
    description: 'The image link you provided cannot be read.',
    color: SAND,
    delivery: 'reply',
  },
  'could-not-complete-job': red(
    'Sorry! Could not complete the job!',
    'Please try again in a moment.',
    'update',
  ),
  'could-not-complete': red('Could not complete', 'The job could not be completed.', 'update'),
  'image-denied': red('Image denied', 'Request cancelled due to image filters', 'update'),
  'image-filters': red(
    'Request cancelled due to image filters',
    'The image was filtered. Your fast time was refunded.',
    'update',
  ),
  'output-filters': red(
    'Request cancelled due to output filters',
    'The output was filtered. Your fast time was refunded.',
    'update',
  ),
  'internal-error': red('Internal error', 'Something went wrong. Please try again later.', 'update'),
  'internal-server-error': red('[Internal server error]', 'Something went wrong.', 'update'),
  'unknown-integration': red('Unknown Integration', 'The integration is not known.'),
  'unknown-message': red('Unknown Message', 'The message is not known.'),
  'duplicate-images': {
    title: 'Duplicate images detected',
    description: 'Please use different images.',
    color: CRIMSON,
    delivery: 'update',
  },
  'queue-full': {
    title: 'Queue full',
    description: 'Your job queue is full. Please wait for a job to finish first, then resubmit this one.',
    color: RED,
    delivery: 'create',
  },
  'job-queued': {
    title: 'Job queued',
    description: CONCURRENT,
    color: SAND,
    delivery: 'create',
    isInformation: true,
  },
  'job-queued-yellow': {
    title: 'Job queued',
    description: CONCURRENT,
    color: YELLOW,
    delivery: 'create',
    isInformation: true,
  },
  'job-action-restricted': red('Job action restricted', 'You can not submit batch jobs in relax mode'),
  'slow-down': {
    title: 'Slow Down!',
    description: 'You can request another upscale for this image <t:TIME:R>',
    footer: false,
    delivery: 'reply',
    aboutParent: true,
  },
  'something-went-wrong': {
    title: 'Sorry, something went wrong',
    description: 'The job encountered an error. Our team has been notified.',
    footer: 'decline-revise-frolic',
    delivery: 'reply',
  },
  'unrecognized-parameter': {
    content: 'Invalid parameter\nUnrecognized parameter(s): `x`\n/imagine PROMPT',
    delivery: 'reply',
  },
  'credits-exhausted': red('Credits exhausted', 'You have run out of hours.', 'create'),
  'action-needed': {
    ...red(
      'Action needed to continue',
      'Sorry! Our AI moderators feel your prompt might be against our community standards.',
      'create',
    ),
    buttons: [{ label: 'Appeal', customId: 'MJ::Prompts::Appeal::{id}' }],
  },
  'pending-mod-message': {
    ...red('Pending mod message', ACKNOWLEDGE, 'create'),
    buttons: [
      { label: 'Acknowledge', customId: 'MJ::Moderation::Acknowledge::{id}', style: 3 },
      { label: 'Resubmit', customId: 'MJ::Moderation::Resubmit::{id}' },
    ],
  },
  blocked: red('Blocked', 'You have been blocked from accessing Midjourney.', 'create'),
  'subscription-required': red(
    'Subscription required',
    'You need an active subscription to create images.',
    'create',
  ),
  'subscription-paused': red('Subscription paused', 'Your subscription is paused.', 'create'),
  'plan-cancelled': red('Plan Cancelled', 'Your plan was cancelled.', 'create'),
  'tos-not-accepted': {
    ...red(
      'Tos not accepted',
      'You need to accept our Terms of Service before you can use Midjourney.',
      'create',
    ),
    buttons: [{ label: 'Accept ToS', customId: 'MJ::Account::AcceptTos' }],
  },
  'captcha-frame': {
    delivery: 'create',
    frame: { title: 'Action required to continue', path: 'captcha/embedded/{id}' },
  },
  'captcha-buttons': {
    title: 'Action required to continue',
    description: HUMAN,
    color: SAND,
    delivery: 'create',
    hasPicture: true,
    buttons: ['a dog', 'a lighthouse', 'a teapot', 'a train'].map((label) => ({
      label,
      customId: `MJ::Captcha::{id}::${label.slice(2)}`,
    })),
  },
  'complete-the-task': { content: 'please complete the task', delivery: 'create' },
  'other-red': red('Weather alert', 'It rains in the render farm.', 'update'),
  'no-colour': {
    title: 'Invalid parameter',
    description: 'Invalid value provided for argument `--s`: `9000`',
    delivery: 'reply',
  },
} as const satisfies Record<string, Notice>;

/** The name of a notice. */
export type NoticeName = keyof typeof NOTICES;

/** Names of all notices. */
export const NOTICE_NAMES = Object.keys(NOTICES) as [NoticeName, ...NoticeName[]];

/** A notice by its name. */
export function noticeOf(name: NoticeName): Notice {
  return NOTICES[name];
}

/** The embed of a notice; undefined when it has none. */
export function embedOfNotice(notice: Notice, prompt: string, now: number): WireObject | undefined {
  if (notice.title === undefined) return undefined;
  const inAMinute = Math.floor(now / 1000) + 60;
  return {
    type: 'rich',
    title: notice.title,
    description: notice.description?.replace('TIME', String(inAMinute)) ?? '',
    ...(notice.color === undefined ? {} : { color: notice.color }),
    ...(notice.footer === false
      ? {}
      : { footer: { text: notice.footer ?? `/imagine ${prompt}`.slice(0, 2000) } }),
  };
}
