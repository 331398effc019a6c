import { parse } from 'yaml';
import { childShape, isNullable, resolve, type Shape } from './shape.ts';
import { isGroup } from './tree.ts';

const TRUE = /^(true|yes|on|1)$/i;
const FALSE = /^(false|no|off|0)$/i;

/**
 * Reads a text (of an environment variable) as the schema expects it: a number where it wants a number, YAML or JSON
 * where it wants a list or a group, and a plain `a,b` as a list. What does not fit comes back as it is, for the
 * validation to complain about.
 */
export function fromText(text: string, shape: Shape): unknown {
  const { type } = resolve(shape);
  if (isNullable(shape) && /^(null|~|)$/.test(text.trim())) return null;
  if (type === 'number' || type === 'integer') return toNumber(text);
  if (type === 'boolean') return toBoolean(text);
  if (type === 'array' || type === 'object') return toTree(text, shape);
  return text;
}

function toNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

function toBoolean(text: string): unknown {
  if (TRUE.test(text.trim())) return true;
  return FALSE.test(text.trim()) ? false : text;
}

/** The failsafe schema leaves every scalar a text, so that ids keep all their digits; the shape decides afterwards. */
function toTree(text: string, shape: Shape): unknown {
  try {
    return shaped(parse(text, { schema: 'failsafe', logLevel: 'error' }), shape);
  } catch {
    return text;
  }
}

function shaped(value: unknown, shape: Shape): unknown {
  if (typeof value === 'string') {
    const { type, items } = resolve(shape);
    if (type !== 'array') return type === 'object' ? value : fromText(value, shape);
    return value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => fromText(part, items ?? {}));
  }
  if (Array.isArray(value)) return value.map((entry, index) => shaped(entry, childShape(shape, index) ?? {}));
  if (!isGroup(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, shaped(entry, childShape(shape, key, value) ?? {})]),
  );
}
