import type { z } from 'zod';
import { GatewayError } from '../../core/errors.ts';

/** Longest name of a field that an error repeats, in characters. */
const LONGEST_NAME = 100;

/**
 * Checks what a caller sent as a body.
 * @throws GatewayError invalid_request for its first problem; `param` names the field (`action.kind`)
 */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refusal(issue, issue === undefined ? '' : nameOf(issue));
}

/** The same for the parameters of a query string; an empty one is none. @throws GatewayError invalid_request */
export function checkQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.infer<Schema> {
  const given = Object.entries(Object(query)).filter(([, value]) => value !== '');
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refusal(issue, String(issue?.path[0] ?? ''));
}

function refusal(issue: z.core.$ZodIssue | undefined, param: string): GatewayError {
  const where = param === '' ? 'The body of the request' : `"${param}"`;
  return new GatewayError('invalid_request', `${where}: ${sentenceOf(issue)}.`, {
    hint: '',
    ...(param === '' ? {} : { param }),
  });
}

/** Unknown fields are reported at the object that holds them; here they are named themselves. */
function nameOf(issue: z.core.$ZodIssue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  const named = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return named.replace(/^\./, '').slice(0, LONGEST_NAME);
}

/** The values themselves are never repeated: they may be prompts. */
function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'is not what is expected';
  if (issue.code === 'unrecognized_keys') return 'is no field of this request';
  if (issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined')) {
    return 'is missing';
  }
  if (issue.code === 'invalid_value') return `must be one of: ${issue.values.join(', ')}`;
  return issue.message.replace(/^Invalid input: /, '').replace(/\.$/, '');
}
