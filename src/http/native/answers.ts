/** What the native dialect and the management answer with, as schemas: for the OpenAPI document and for programs. */
import { z } from 'zod';
import { ACTION_KINDS, STATUSES, VERBS } from './fields.ts';

const moment = z.int().describe('milliseconds since the epoch');

/** An error in OpenAI's shape. */
export const errorSchema = z
  .strictObject({
    error: z.strictObject({
      message: z.string().describe('what went wrong, and what to do'),
      type: z.string(),
      param: z.string().nullable().describe('the field at fault'),
      code: z.string().nullable().describe('a code of docs/errors.md'),
      problems: z
        .array(
          z.strictObject({
            path: z.string().describe('the key, such as bots[0].listen'),
            message: z.string(),
            remedy: z.string().optional(),
            line: z.int().optional().describe('in the file as it would be'),
            column: z.int().optional(),
          }),
        )
        .optional()
        .describe('every problem of a configuration that was refused'),
    }),
  })
  .meta({ id: 'Error' });

const mediaSchema = z
  .strictObject({
    id: z.string().optional(),
    url: z.string().describe('where callers can open it'),
    sourceUrl: z.string().optional().describe("the bot's own link, where url is another"),
    name: z.string().optional(),
    contentType: z.string().optional(),
    width: z.int().optional(),
    height: z.int().optional(),
  })
  .meta({ id: 'Media' });

const actionSchema = z
  .strictObject({
    kind: z.enum(ACTION_KINDS),
    index: z.int().optional().describe('which picture, text or clip, counted from 1'),
    customId: z.string(),
    label: z.string(),
    emoji: z.string(),
    style: z.int(),
    type: z.int(),
  })
  .meta({ id: 'TaskAction' });

/** A task. */
export const taskSchema = z
  .strictObject({
    id: z.string().describe('decimal; grows with time'),
    bot: z.string(),
    driver: z.string(),
    model: z.string(),
    key: z.string().describe('name of the key whose task it is; empty without one'),
    account: z.string(),
    guildId: z.string().optional(),
    channelId: z.string(),
    status: z.enum(STATUSES),
    request: z.strictObject({
      verb: z.enum(VERBS),
      prompt: z.string(),
      links: z.array(z.string()),
      files: z.int().describe('how many pictures were sent along'),
      parentId: z.string().optional(),
      action: actionSchema.optional(),
      mode: z.enum(['fast', 'relax', 'turbo']).optional(),
      variant: z.string().optional(),
      dimensions: z.enum(['portrait', 'square', 'landscape']).optional(),
      motion: z.enum(['low', 'high']).optional(),
      form: z.strictObject({ prompt: z.string().optional(), hasMask: z.boolean() }).optional(),
      jobId: z.string().optional(),
    }),
    isInstant: z.boolean().optional(),
    isPinned: z.boolean().optional(),
    finalPrompt: z.string().optional().describe('the prompt as the bot echoed it'),
    title: z.string().optional(),
    percent: z.int(),
    preview: mediaSchema.optional().describe('the newest progress picture'),
    media: z.array(mediaSchema),
    text: z.string().optional(),
    texts: z.array(z.string()).optional(),
    seed: z.string().optional(),
    actions: z.array(actionSchema).describe('the buttons of the finished task'),
    trace: z
      .record(z.string(), z.union([z.string(), z.int()]))
      .describe('ids by which the task is found on Discord'),
    failure: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    warning: z.string().optional(),
    state: z.string().optional(),
    notify: z.strictObject({ origin: z.string(), dialect: z.string() }).optional(),
    isUntold: z.boolean().optional(),
    timeline: z.array(
      z.strictObject({ at: moment, status: z.enum(STATUSES), percent: z.number().optional() }),
    ),
    submittedAt: moment,
    startedAt: moment.optional(),
    finishedAt: moment.optional(),
    revision: z.int().describe('grows with each change'),
  })
  .meta({ id: 'Task' });

/** A page of tasks. */
export const taskPageSchema = z.strictObject({
  tasks: z.array(taskSchema),
  next: z
    .string()
    .nullable()
    .describe('"before" of the next page (oldest first: "after"); null on the last one'),
});

/** A task that was taken. */
export const receiptSchema = z.strictObject({
  task: taskSchema,
  ahead: z.int().describe('how many tasks stand before it in its line'),
});

/** An account of a drawing or filming bot. */
export const studioSchema = z
  .strictObject({
    account: z.string(),
    bot: z.string(),
    driver: z.string(),
    guildId: z.string().optional(),
    channelId: z.string(),
    state: z.enum(['ready', 'offline', 'paused', 'draining', 'disabled']),
    reason: z.string().optional(),
    text: z.string().optional(),
    link: z.string().optional(),
    remedy: z.string().optional(),
    since: moment,
    fast: z.boolean(),
    concurrency: z.int(),
    queueLimit: z.int(),
    running: z.int(),
    queued: z.int(),
    sentToday: z.int().optional(),
    dailyLimit: z.int().optional(),
  })
  .meta({ id: 'Studio' });

/** Several of them. */
export const studiosSchema = z.strictObject({ accounts: z.array(studioSchema) });

/** Who calls. */
export const meSchema = z.strictObject({
  name: z.string(),
  admin: z.boolean(),
  bots: z.array(z.string()),
  version: z.string(),
  models: z.array(
    z.strictObject({
      id: z.string(),
      bots: z.array(z.string()),
      kind: z.enum(['chat', 'pictures', 'videos']),
      driver: z.string(),
      verbs: z.array(z.enum(['chat', ...VERBS])),
    }),
  ),
});

/** A lasting conversation. */
export const conversationSchema = z
  .strictObject({
    bot: z.string(),
    name: z.string(),
    key: z.string().describe('whose it is; empty for one that the operator gave to everybody'),
    given: z.boolean().describe('true when the operator gave it: it is not renamed or deleted here'),
    channelId: z.string(),
    createdAt: moment,
  })
  .meta({ id: 'Conversation' });

/** Several of them. */
export const conversationsSchema = z.strictObject({ conversations: z.array(conversationSchema) });

/** What was said in a conversation. */
export const messagesSchema = z.strictObject({
  messages: z.array(
    z.strictObject({
      role: z.enum(['user', 'assistant']),
      text: z.string(),
      images: z.array(z.string()),
      files: z.array(z.strictObject({ name: z.string(), url: z.string() })),
      at: moment,
    }),
  ),
});
