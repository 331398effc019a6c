import { z } from 'zod';
import { errorSchema } from '../native/answers.ts';
import type { Described, Section } from '../openapi/describe.ts';
import { wishSchema, wordlessSchema } from './images/wish-schema.ts';
import { completionSchema, partSchema, toolCallSchema } from './schema.ts';
import { remixSchema, videoSchema } from './videos/schema.ts';

const access = 'key';

const model = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
  })
  .meta({ id: 'Model' });

const content = z.union([z.string(), z.array(partSchema)]);
const name = z.string().nullish();
const message = z
  .discriminatedUnion('role', [
    z.object({ role: z.enum(['system', 'developer', 'user']), content, name }),
    z.object({
      role: z.literal('assistant'),
      content: content.nullish(),
      name,
      tool_calls: z.array(toolCallSchema).nullish(),
    }),
    z.object({ role: z.literal('tool'), content, name, tool_call_id: z.string().nullish() }),
    z.object({ role: z.literal('function'), content: content.nullish(), name }),
  ])
  .meta({ id: 'ChatMessage' });

const completionRequest = completionSchema.extend({
  model: z.string().min(1).describe('a model of GET /v1/models'),
  messages: z.array(message).min(1).describe('oldest first; with x-conversation only the newest is sent'),
});

const picture = z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) });
const extras = {
  images: z.array(picture).optional().describe('beyond OpenAI: the pictures of the answer'),
  suggestions: z.array(z.string()).optional().describe('beyond OpenAI: follow-up questions of the bot'),
};
const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
});

const completion = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string(),
          refusal: z.null(),
          annotations: z.array(z.unknown()),
          ...extras,
        }),
        logprobs: z.null(),
        finish_reason: z.enum(['stop', 'length']),
      }),
    ),
    usage,
  })
  .meta({ id: 'ChatCompletion' });

const chunk = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion.chunk'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        delta: z.object({
          role: z.literal('assistant').optional(),
          content: z.string().optional(),
          refusal: z.null().optional(),
          ...extras,
        }),
        logprobs: z.null(),
        finish_reason: z.enum(['stop', 'length']).nullable(),
      }),
    ),
    usage: usage.nullable().optional(),
  })
  .meta({
    id: 'ChatCompletionChunk',
    description: 'One event (`data: {…}`); `data: [DONE]` is the last one.',
  });

const images = z
  .object({
    created: z.int(),
    data: z.array(
      z.object({
        url: z.string().optional(),
        b64_json: z.string().optional(),
        revised_prompt: z.string().optional(),
        task_id: z.string().optional().describe('beyond OpenAI: the task, to go on from'),
      }),
    ),
    background: z.string().optional(),
    output_format: z.string().optional(),
    usage: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Images' });

const imageEvent = z
  .object({
    type: z.enum([
      ...(['image_generation.partial_image', 'image_generation.completed'] as const),
      ...(['image_edit.partial_image', 'image_edit.completed'] as const),
    ]),
    b64_json: z.string(),
    created_at: z.int(),
    size: z.string(),
    quality: z.string(),
    background: z.string(),
    output_format: z.string(),
    partial_image_index: z.int().optional(),
    usage: z.record(z.string(), z.unknown()).optional(),
    revised_prompt: z.string().optional(),
    task_id: z.string().optional(),
    warnings: z.array(z.string()).optional(),
  })
  .meta({ id: 'ImageEvent' });

const video = z
  .object({
    id: z.string(),
    object: z.literal('video'),
    model: z.string(),
    status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
    progress: z.int(),
    created_at: z.int(),
    completed_at: z.int().nullable(),
    expires_at: z.null(),
    prompt: z.string(),
    size: z.string(),
    seconds: z.string(),
    remixed_from_video_id: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'Video' });

const videoPage = z.object({
  object: z.literal('list'),
  data: z.array(video),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});

const reference = z.union([z.string(), z.object({ image_url: z.string() })]);
const files = z.union([z.file(), z.array(z.file())]);
const withPicture = (schema: z.ZodObject, isMasked: boolean) => ({
  json: schema.extend({
    image: z
      .union([reference, z.array(reference)])
      .optional()
      .describe('links or data URLs'),
    ...(isMasked ? { mask: reference.optional() } : {}),
  }),
  form: schema.extend({
    image: files.optional().describe('the picture, or up to 16'),
    ...(isMasked ? { mask: z.file().optional().describe('a PNG, transparent where it shall change') } : {}),
  }),
});

const drawn = [
  {
    status: 200,
    is: 'The pictures; with stream, events.',
    json: images,
    other: { 'text/event-stream': imageEvent },
  },
];

const ID = { id: 'id of the video' };

const CHAT: readonly Described[] = [
  {
    method: 'get',
    path: '/v1/models',
    access,
    does: 'Lists the models of the key',
    answers: [
      { status: 200, is: 'The models.', json: z.object({ object: z.literal('list'), data: z.array(model) }) },
    ],
  },
  {
    method: 'get',
    path: '/v1/models/{model}',
    access,
    does: 'Shows one model',
    params: { model: 'its name; slashes in it may stand as they are' },
    answers: [{ status: 200, is: 'The model.', json: model }],
  },
  {
    method: 'post',
    path: '/v1/chat/completions',
    access,
    does: 'Asks a bot',
    details:
      'Models of drawing and filming bots work as well: what they make comes as the answer, with its progress.',
    headers: {
      'x-conversation':
        'name of a lasting conversation, percent-encoded; only the newest message is sent to it',
    },
    body: { json: completionRequest },
    answers: [
      {
        status: 200,
        is: 'The answer; with stream, events.',
        json: completion,
        other: { 'text/event-stream': chunk },
      },
    ],
  },
];

const PICTURES: readonly Described[] = [
  {
    method: 'post',
    path: '/v1/images/generations',
    access,
    does: 'Draws pictures',
    body: { json: wishSchema, needs: ['prompt'] },
    answers: drawn,
  },
  {
    method: 'post',
    path: '/v1/images/edits',
    access,
    does: 'Draws pictures after others, or paints a region anew',
    body: withPicture(wishSchema, true),
    answers: drawn,
  },
  {
    method: 'post',
    path: '/v1/images/variations',
    access,
    does: 'Draws variations of a picture',
    body: withPicture(wordlessSchema, false),
    answers: [{ status: 200, is: 'The pictures.', json: images }],
  },
];

const VIDEOS: readonly Described[] = [
  {
    method: 'post',
    path: '/v1/videos',
    access,
    does: 'Films words or a picture',
    body: {
      json: videoSchema.extend({ input_reference: reference.optional() }),
      form: videoSchema.extend({ input_reference: z.file().optional() }),
    },
    answers: [{ status: 200, is: 'The video as it stands.', json: video }],
  },
  {
    method: 'get',
    path: '/v1/videos',
    access,
    does: 'Lists videos',
    query: z.object({
      after: z.string().optional().describe('only those after this one'),
      limit: z.int().min(0).max(100).default(20),
      order: z.enum(['asc', 'desc']).default('desc'),
    }),
    answers: [{ status: 200, is: 'One page.', json: videoPage }],
  },
  {
    method: 'get',
    path: '/v1/videos/{id}',
    access,
    does: 'Tells how a video stands',
    params: ID,
    answers: [{ status: 200, is: 'The video as it stands.', json: video }],
  },
  {
    method: 'delete',
    path: '/v1/videos/{id}',
    access,
    does: 'Forgets a video; one that is being made is stopped',
    params: ID,
    answers: [
      {
        status: 200,
        is: 'It is forgotten.',
        json: z.object({ id: z.string(), object: z.literal('video.deleted'), deleted: z.literal(true) }),
      },
    ],
  },
  {
    method: 'post',
    path: '/v1/videos/{id}/remix',
    access,
    does: 'Films a finished video anew, with other words',
    params: ID,
    body: { json: remixSchema, form: remixSchema },
    answers: [{ status: 200, is: 'The new video as it stands.', json: video }],
  },
  {
    method: 'get',
    path: '/v1/videos/{id}/content',
    access,
    does: 'Gives the video itself',
    params: ID,
    query: z.object({ variant: z.enum(['video']).optional() }),
    headers: { range: 'a part of it' },
    answers: [
      { status: 200, is: 'The whole file.', other: { 'video/mp4': undefined } },
      { status: 206, is: 'The part that was asked for.', other: { 'video/mp4': undefined } },
    ],
  },
  ...['edits', 'extensions', 'characters'].map((absent): Described => {
    return {
      method: 'post',
      path: `/v1/videos/${absent}`,
      access: 'open',
      does: 'Refuses: no bot on Discord can do it (400 unsupported_parameter)',
      answers: [],
    };
  }),
];

/** OpenAI's dialect. */
export const OPENAI: Section = {
  name: 'openai',
  about: 'OpenAI’s API: chats, pictures and videos for every client that speaks it.',
  error: errorSchema,
  errorText: 'An error, with the HTTP status of its code; inside a stream that has begun, as its last event.',
  paths: [...CHAT, ...PICTURES, ...VIDEOS],
};
