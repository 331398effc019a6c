/**
 * What the endpoints take, as far as types go. Lenient with clients: null and the empty string stand for absent, numbers
 * for their text and the reverse, unknown fields are let through.
 */
import { z } from 'zod';
import { textFault } from '../prompt-text.ts';
import { invalid } from './errors.ts';

const isAbsent = (value: unknown) => value === null || value === undefined || value === '';

const text = z.preprocess((value) => {
  if (isAbsent(value)) return '';
  return typeof value === 'number' ? String(value) : value;
}, z.string());

/** Words are never made of anything else. */
const words = z
  .preprocess((value) => (isAbsent(value) ? '' : value), z.string())
  .refine((value) => textFault(value) === undefined);

const integer = z.preprocess((value) => {
  if (isAbsent(value)) return undefined;
  return typeof value === 'string' && /^\s*\d{1,3}\s*$/.test(value) ? Number(value) : value;
}, z.int().optional());

const flag = z.preprocess(
  (value) => (typeof value === 'string' ? value.toLowerCase() === 'true' : (value ?? false)),
  z.boolean(),
);

/** Most entries of a list that are looked at; the endpoints allow fewer. */
const MOST_ENTRIES = 20_000;

/** A single value counts as a list of one; empty entries are dropped. */
const texts = z.preprocess((value) => {
  if (isAbsent(value)) return [];
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  return entries
    .slice(0, MOST_ENTRIES)
    .filter((entry) => !isAbsent(entry))
    .map((entry) => (typeof entry === 'number' ? String(entry) : entry));
}, z.array(z.string()));

/** A list and nothing else; numbers in it stand for their text. */
const list = z.preprocess(
  (value) =>
    Array.isArray(value)
      ? value.map((entry: unknown) => (typeof entry === 'number' ? String(entry) : entry))
      : (value ?? []),
  z.array(z.string()),
);

/** Clients send whatever they have: what is no object asks for nothing; `warningHeaders` names it. */
const accountFilter = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}),
  z.object({ instanceId: text.catch(''), modes: texts.catch([]) }),
);

const common = { state: text, notifyHook: words, botType: words, accountFilter };

/** Fields that every submission may carry. */
export type CommonBody = z.infer<z.ZodObject<typeof common>>;

const edits = z.object({ ...common, prompt: words, image: words, maskBase64: words, taskId: text });

/** The bodies of the endpoints, by the last part of their path. */
export const SCHEMAS = {
  imagine: z.object({ ...common, prompt: words, base64Array: texts, base64: words }),
  describe: z.object({ ...common, base64: words, link: words }),
  blend: z.object({ ...common, base64Array: texts, dimensions: words }),
  shorten: z.object({ ...common, prompt: words }),
  show: z.object({ ...common, jobId: text }),
  change: z.object({ ...common, taskId: text, action: words, index: integer }),
  'simple-change': z.object({ ...common, content: words }),
  action: z.object({ ...common, taskId: text, customId: words, enableRemix: flag }),
  video: z.object({
    ...common,
    prompt: words,
    image: words,
    motion: words,
    action: words,
    index: integer,
    taskId: text,
  }),
  edit: edits,
  edits,
  modal: z.object({ taskId: text, prompt: words, maskBase64: words }),
  'upload-discord-images': z.object({ base64Array: texts }),
  'list-by-condition': z.object({ ids: list }),
} as const;

/** A body after the check of its types. */
export type Body<Name extends keyof typeof SCHEMAS> = z.infer<(typeof SCHEMAS)[Name]>;

/** True for a field that an endpoint looks at. */
export function isKnownField(name: keyof typeof SCHEMAS, field: string): boolean {
  return Object.hasOwn(SCHEMAS[name].shape, field);
}

/** Names that Midjourney-Proxy's own texts use for a field. */
const SPOKEN: ReadonlyMap<string, string> = new Map([['base64Array', 'base64List']]);

/**
 * Checks the types of a body; an absent one counts as empty, so that the answer names what is missing.
 * @throws SpokenError invalid_request for the first field of a wrong type
 */
export function readBody<Name extends keyof typeof SCHEMAS>(name: Name, body: unknown): Body<Name> {
  const schemas: { readonly [Known in keyof typeof SCHEMAS]: z.ZodType<Body<Known>> } = SCHEMAS;
  return check(schemas[name], body ?? {});
}

function check<Checked>(schema: z.ZodType<Checked>, body: unknown): Checked {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path[0];
  if (field === undefined) throw invalid('请求体须为JSON对象', 'body');
  const param = String(field);
  throw invalid(`${SPOKEN.get(param) ?? param}参数错误`, param);
}
