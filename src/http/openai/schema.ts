/**
 * What `POST /v1/chat/completions` takes (openai-openapi: CreateChatCompletionRequest), as far as types go.
 * Lenient with clients: null stands for absent, unknown fields are let through. Clear with nonsense: a known field of
 * a wrong type is an error even where the value would be ignored.
 */
import { z } from 'zod';

const text = z.object({ type: z.enum(['text', 'input_text']), text: z.string() });
const refusal = z.object({ type: z.literal('refusal'), refusal: z.string() });
const image = z.object({
  type: z.literal('image_url'),
  image_url: z.preprocess(
    (value) => (typeof value === 'string' ? { url: value } : value),
    z.object({ url: z.string() }),
  ),
});

/** A part of a message's content. */
export const partSchema = z.discriminatedUnion('type', [text, refusal, image]);

/** A part of a message's content after the check of its types. */
export type ContentPart = z.infer<typeof partSchema>;

/** Lists are checked for being lists only: their entries are checked one by one, up to the first problem. */
const list = z.array(z.unknown());
const wrapText = (value: unknown) => (typeof value === 'string' ? [{ type: 'text', text: value }] : value);
const content = z.preprocess(wrapText, list);
const optionalContent = z.preprocess(
  (value) => (value === undefined ? null : wrapText(value)),
  list.nullable(),
);

const name = z.string().nullish();
const call = z.object({ name: z.string(), arguments: z.string() });
/** A tool that an assistant called. */
export const toolCallSchema = z.object({
  id: z.string().nullish(),
  function: call.nullish(),
  custom: z.object({ name: z.string(), input: z.string() }).nullish(),
});

/** A message of the request; the entries of its lists are still unchecked. */
export const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), content, name }),
  z.object({
    role: z.literal('assistant'),
    content: optionalContent,
    name,
    refusal: z.string().nullish(),
    tool_calls: list.nullish(),
    function_call: call.nullish(),
  }),
  z.object({ role: z.literal('tool'), content, name, tool_call_id: z.string().nullish() }),
  z.object({ role: z.literal('function'), content: optionalContent, name }),
]);

/** A message after the check of its types. */
export type MessageBody = z.infer<typeof messageSchema>;

const number = z.number().nullish();
const integer = z.int().nullish();
const flag = z.boolean().nullish();
const word = z.string().nullish();
const object = z.record(z.string(), z.unknown()).nullish();

/** The body of the request; its messages are still unchecked. */
export const completionSchema = z.object({
  model: z.string().min(1, 'must not be empty'),
  messages: list.min(1, 'must hold at least one message'),
  stream: flag,
  stream_options: z.object({ include_usage: flag }).nullish(),
  n: z.int().min(1, 'must be at least 1').nullish(),
  tool_choice: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  function_call: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  tools: list.nullish(),
  functions: list.nullish(),
  temperature: number,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  seed: number,
  max_tokens: integer,
  max_completion_tokens: integer,
  top_logprobs: integer,
  logprobs: flag,
  parallel_tool_calls: flag,
  store: flag,
  stop: z.union([z.string(), list]).nullish(),
  logit_bias: object,
  metadata: object,
  response_format: object,
  prediction: object,
  audio: object,
  web_search_options: object,
  modalities: list.nullish(),
  user: word,
  reasoning_effort: word,
  verbosity: word,
  service_tier: word,
  safety_identifier: word,
  prompt_cache_key: word,
});

/** The body after the check of its types. */
export type CompletionBody = z.infer<typeof completionSchema>;
