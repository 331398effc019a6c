import { z } from 'zod';
import type { Described, Section } from '../openapi/describe.ts';

const failed = z
  .object({ code: z.int().describe('the HTTP status again'), result: z.null(), message: z.string() })
  .meta({ id: 'DiscordxyFailure' });

const answer = <Result extends z.ZodType>(result: Result) =>
  z.object({ code: z.literal(0), result, message: z.literal('Success') });

const seconds = z.int().describe('Unix time in seconds; 0 for what has not happened');

const status = z
  .object({
    action: z.string(),
    channelId: z.string(),
    finalPrompt: z.string(),
    finishTime: seconds,
    imageRawUrl: z.string().describe('as the bot gave it'),
    imageUrl: z.string().describe('where callers can open it'),
    messageHash: z.string(),
    messageId: z.string(),
    nonce: z.string(),
    discordNonce: z.string().optional().describe('Pika only, where "nonce" is the id of the task'),
    params: z
      .object({ customId: z.string(), index: z.string(), messageId: z.string() })
      .optional()
      .describe('the button that was pressed'),
    progress: z.string().describe('such as 46%'),
    prompt: z.string(),
    referenceMessageId: z.string(),
    startTime: seconds,
    status: z.enum(['Submit', 'Queuing', 'Create', 'Running', 'Success', 'Failed', 'Timeout']),
    submitTime: seconds,
    taskId: z.string(),
    failReason: z.string(),
    previewUrl: z.string(),
    videoRawUrl: z.string(),
    videoUrl: z.string(),
    text: z.string(),
    warning: z.string(),
    state: z.string(),
    buttons: z.array(
      z.object({
        customId: z.string(),
        label: z.string(),
        emoji: z.string(),
        style: z.int(),
        type: z.int(),
        action: z.string(),
      }),
    ),
  })
  .meta({ id: 'DiscordxyTask' });

const online = z
  .object({
    account: z.string(),
    bot: z.string(),
    driver: z.string(),
    name: z.string(),
    guildId: z.string(),
    channelId: z.string(),
    online: z.boolean(),
    state: z.string(),
    reason: z.string(),
    text: z.string(),
    link: z.string(),
    remedy: z.string(),
    since: seconds,
    running: z.int(),
    queued: z.int(),
    concurrency: z.int(),
    queueSize: z.int(),
    fast: z.boolean(),
    sentToday: z.int(),
    dailyLimit: z.int(),
  })
  .meta({ id: 'DiscordxyAccount' });

const extras = {
  state: z.string().max(255).optional().describe('given back as it came'),
  notifyHook: z.string().max(2_000).optional().describe('address that is told of each change'),
};
const prompt = z.string().describe('the words');
const imagine = z.object({ prompt, ...extras });
const changed = {
  action: z
    .string()
    .optional()
    .describe('U1 to U4, V1 to V4, R0, UpscaleSubtle, PanLeft …; or give customId'),
  customId: z.string().optional().describe('the button itself'),
  index: z.union([z.int(), z.string()]).optional().describe('which clip or text, from 1'),
  prompt: z.string().optional().describe('words for a form that the button opens'),
  maskBase64: z.string().optional().describe('for VaryRegion: a PNG, white where it shall change'),
  ...extras,
};
const animate = z.object({
  prompt: z.string().optional(),
  file: z.file().describe('the picture to begin with'),
  ...extras,
});

const taken = (is: string) => [{ status: 200, is, json: answer(z.string()) }];
const shown = [{ status: 200, is: 'The task.', json: answer(status) }];

const drawing = (family: string): Described[] => [
  {
    method: 'post',
    path: `${family}/imagine`,
    access: 'key',
    does: 'Draws four pictures',
    body: { json: imagine, form: imagine },
    answers: taken('The id of the task.'),
  },
  {
    method: 'post',
    path: `${family}/change`,
    access: 'key',
    does: 'Presses a button of a finished task',
    body: {
      json: z.object({ taskId: z.string().describe('id of the finished task, as a text'), ...changed }),
    },
    answers: taken('The id of the new task.'),
  },
  {
    method: 'get',
    path: `${family}/status`,
    access: 'key',
    does: 'Tells how a task stands',
    query: z.object({ taskId: z.string().describe('what the submission gave') }),
    answers: shown,
  },
];

const PIKA: readonly Described[] = [
  {
    method: 'post',
    path: '/pika/create',
    access: 'key',
    does: 'Films words',
    body: { json: imagine, form: imagine },
    answers: taken('The nonce of the clip.'),
  },
  {
    method: 'post',
    path: '/pika/animate',
    access: 'key',
    does: 'Films a picture',
    body: {
      form: animate,
      json: animate.extend({ file: z.string().describe('a link, or a data URL with base64') }),
    },
    answers: taken('The nonce of the clip.'),
  },
  {
    method: 'post',
    path: '/pika/change',
    access: 'key',
    does: 'Presses a button of a finished clip',
    body: { json: z.object({ nonce: z.string().describe('what the submission gave'), ...changed }) },
    answers: taken('The nonce of the new clip.'),
  },
  {
    method: 'get',
    path: '/pika/status',
    access: 'key',
    does: 'Tells how a clip stands',
    query: z.object({ nonce: z.string().describe('what the submission gave') }),
    answers: shown,
  },
];

/** The dialect of Discordxy. */
export const DISCORDXY: Section = {
  name: 'discordxy',
  about: 'The API of Discordxy, both families of its paths: its clients work unchanged.',
  error: failed,
  errorText: 'An error: the HTTP status again as "code", and no result.',
  paths: [
    {
      method: 'get',
      path: '/client/online',
      access: 'key',
      does: 'Lists the accounts',
      answers: [{ status: 200, is: 'One for each channel of an account.', json: answer(z.array(online)) }],
    },
    ...['/mj/submit', '/mj'].flatMap(drawing),
    ...PIKA,
  ],
};
