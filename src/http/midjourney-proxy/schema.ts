/**
 * What the endpoints take, as far as types go. Lenient with clients: null and the empty string stand for absent, numbers
 * for their text and the reverse, unknown fields are let through.
 */
import { z } from 'zod';
import { invalid } from './errors.ts';

const isAbsent = (value: unknown) => value === null || value === undefined || value === '';

const text = z.preprocess((value) => {
  if (isAbsent(value)) return '';
  return typeof value === 'number' ? String(value) : value;
}, z.string());

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

/** Clients send whatever they have: what is no object asks for nothing. */
const accountFilter = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}),
  z.object({ instanceId: text.catch(''), modes: texts.catch([]) }),
);

const common = { state: text, notifyHook: text, botType: text, accountFilter };

/** Fields that every submission may carry. */
export type CommonBody = z.infer<z.ZodObject<typeof common>>;

const edits = z.object({ ...common, prompt: text, image: text, maskBase64: text, taskId: text });

/** The bodies of the endpoints, by the last part of their path. */
export const SCHEMAS = {
  imagine: z.object({ ...common, prompt: text, base64Array: texts, base64: text }),
  describe: z.object({ ...common, base64: text, link: text }),
  blend: z.object({ ...common, base64Array: texts, dimensions: text }),
  shorten: z.object({ ...common, prompt: text }),
  show: z.object({ ...common, jobId: text }),
  change: z.object({ ...common, taskId: text, action: text, index: integer }),
  'simple-change': z.object({ ...common, content: text }),
  action: z.object({ ...common, taskId: text, customId: text, enableRemix: flag }),
  video: z.object({
    ...common,
    prompt: text,
    image: text,
    motion: text,
    action: text,
    index: integer,
    taskId: text,
  }),
  edit: edits,
  edits,
  modal: z.object({ taskId: text, prompt: text, maskBase64: text }),
  'upload-discord-images': z.object({ base64Array: texts }),
  'list-by-condition': z.object({ ids: texts }),
} as const;

/** A body after the check of its types. */
export type Body<Name extends keyof typeof SCHEMAS> = z.infer<(typeof SCHEMAS)[Name]>;

/** Names that Midjourney-Proxy's own texts use for a field. */
const SPOKEN: Readonly<Record<string, string>> = { base64Array: 'base64List' };

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
  throw invalid(`${SPOKEN[param] ?? param}参数错误`, param);
}
