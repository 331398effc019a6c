import type { z } from 'zod';
import { GatewayError } from '../../core/errors.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks a value that stands at `place` in the body.
 * @throws GatewayError invalid_request for its first problem
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: readonly PropertyKey[],
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw issueError(result.error, value, place);
}

/** Checks a list one by one, up to the first problem: zod alone would note every one of a million. */
export function checkEach<Schema extends z.ZodType>(
  schema: Schema,
  values: readonly unknown[],
  place: readonly PropertyKey[],
): z.infer<Schema>[] {
  return values.map((value, index) => check(schema, value, [...place, index]));
}

/** The first problem as an error that names the field as OpenAI does: `messages[0].content[1].type`. */
function issueError(error: z.ZodError, value: unknown, place: readonly PropertyKey[]): GatewayError {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const param = place.length + path.length === 0 ? undefined : formatPath([...place, ...path]);
  return new GatewayError('invalid_request', describe(issue, param, valueAt(value, path)), {
    hint: '',
    ...(param === undefined ? {} : { param }),
  });
}

/** `['messages', 0, 'content']` becomes `messages[0].content`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** Says what is wrong, in words that never repeat the caller's values: they may be prompts. */
function describe(issue: Issue | undefined, param: string | undefined, value: unknown): string {
  if (issue === undefined || param === undefined) return 'The body of the request must be a JSON object.';
  if (value === undefined) return `Missing required parameter: '${param}'.`;
  if (issue.code === 'invalid_type') {
    return `Invalid type for '${param}': expected ${withArticle(issue.expected)}, but got ${typeName(value)} instead.`;
  }
  if (issue.code === 'invalid_union' && param.endsWith('type')) return unknownPart(param, value);
  if (issue.code === 'invalid_union' && param.endsWith('role')) {
    return `Invalid value for '${param}': expected system, developer, user, assistant, tool or function.`;
  }
  if (issue.code === 'invalid_union') return `Invalid type for '${param}': got ${typeName(value)}.`;
  return `Invalid value for '${param}': ${issue.message}.`;
}

function unknownPart(param: string, value: unknown): string {
  const named = typeof value === 'string' && /^\w{1,40}$/.test(value) ? ` '${value}'` : '';
  return `Invalid value for '${param}': content parts of type${named} are not supported; use text or image_url.`;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return withArticle(Array.isArray(value) ? 'array' : typeof value);
}

function withArticle(type: string): string {
  const noun = type === 'int' ? 'integer' : type === 'record' ? 'object' : type;
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
