import { fromText } from './coerce.ts';
import type { Path } from './problem.ts';
import { childShape, isNullable, isRequired, type Shape } from './shape.ts';
import { isGroup } from './tree.ts';

/** The environment: names and values, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Called once for everything that is wrong. */
export type Report = (path: Path, message: string, remedy?: string) => void;

/** `$${` is a literal `${`; else `${NAME}` or `${NAME:-default}`. */
const PLACEHOLDER = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g;

function replaced(
  text: string,
  env: Environment,
  complain: (message: string, missing?: string) => void,
): string {
  return text.replace(PLACEHOLDER, (whole, name: string | undefined, fallback: string | undefined) => {
    if (whole === '$${') return '${';
    if (name === undefined) {
      complain(`"${whole}" is neither \${NAME} nor \${NAME:-default}; write $\${ for a literal \${`);
      return whole;
    }
    const value = env[name];
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined)
      complain(`the environment variable ${name} is not set, and there is no \${${name}:-default}`, name);
    return value ?? whole;
  });
}

/** A result that means "not set": the key then takes its default. */
const UNSET = Symbol('unset');

/**
 * Replaces `${NAME}` in every string. A replaced text is read as the type that the schema expects there; an empty
 * one counts as not set where the key may be left out. So does a `null` where the schema has no null: it is what
 * YAML makes of a key whose value is commented out.
 */
export function interpolate(root: unknown, shape: Shape, env: Environment, report: Report): unknown {
  const visit = (value: unknown, expected: Shape | undefined, path: Path, optional: boolean): unknown => {
    if (value === null) return optional && expected !== undefined && !isNullable(expected) ? UNSET : null;
    if (typeof value === 'string') return visitText(value, expected, path, optional);
    if (Array.isArray(value))
      return value.map((entry, index) => visit(entry, step(expected, index), [...path, index], false));
    if (!isGroup(value)) return value;
    const entries = Object.entries(value).map(([key, entry]): [string, unknown] => {
      const mayMiss = expected !== undefined && !isRequired(expected, key, value);
      return [key, visit(entry, step(expected, key, value), [...path, key], mayMiss)];
    });
    return Object.fromEntries(entries.filter(([, entry]) => entry !== UNSET));
  };
  const visitText = (text: string, expected: Shape | undefined, path: Path, optional: boolean): unknown => {
    if (!text.includes('${')) return text;
    const complaints: string[] = [];
    const missing: string[] = [];
    const result = replaced(text, env, (message, name) => {
      complaints.push(message);
      if (name !== undefined) missing.push(name);
    });
    if (complaints.length > 0) report(path, complaints.join('; '), remedyFor(missing));
    if (expected === undefined) return result;
    if (result.trim() === '' && optional) return isNullable(expected) ? null : UNSET;
    return fromText(result, expected);
  };
  return visit(root, shape, [], false);
}

function remedyFor(missing: readonly string[]): string | undefined {
  if (missing.length === 0) return undefined;
  return `Set ${missing.join(' and ')} in the environment, or in a file .env in the folder where cordgate is started.`;
}

function step(shape: Shape | undefined, key: string | number, value?: unknown): Shape | undefined {
  return shape === undefined ? undefined : childShape(shape, key, value);
}

/** The names of all variables that the texts of a tree mention. */
export function mentionedNames(root: unknown): Set<string> {
  const text = JSON.stringify(root) ?? '';
  return new Set(
    [...text.matchAll(PLACEHOLDER)].flatMap((match) => (match[1] === undefined ? [] : [match[1]])),
  );
}
