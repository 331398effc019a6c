import { DiscordError } from './errors.ts';
import type { WireObject } from './model.ts';
import { isSnowflake } from './snowflake.ts';

/** Path of a field inside a body: names and list positions. */
export type FieldPath = readonly (string | number)[];

/**
 * Reads a body field by field and collects what is wrong with it in the nested shape of error 50035
 * (Discord docs, "Error Messages"): `errors.content._errors[0] = { code, message }`.
 */
export class Form {
  readonly body: WireObject;
  readonly #errors: WireObject = {};
  #failed = false;

  constructor(body: WireObject) {
    this.body = body;
  }

  /** Notes a problem of a field. */
  fail(path: FieldPath, code: string, message: string): void {
    this.#failed = true;
    let node = this.#errors;
    for (const step of path) {
      const next = node[step];
      if (isObject(next)) node = next;
      else {
        const fresh: WireObject = {};
        node[step] = fresh;
        node = fresh;
      }
    }
    node._errors = [...(Array.isArray(node._errors) ? node._errors : []), { code, message }];
  }

  /** A string; numbers are turned into one as Discord does. Undefined when absent, null or wrong. */
  text(name: string, limits: { max: number; min?: number; required?: boolean }): string | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) {
      if (limits.required) this.fail([name], 'BASE_TYPE_REQUIRED', 'This field is required');
      return undefined;
    }
    if (typeof value !== 'string' && typeof value !== 'number') {
      this.fail([name], 'STRING_TYPE_CONVERT', 'Could not interpret input as string.');
      return undefined;
    }
    const text = String(value);
    return checkLength(this, [name], text, limits) ? text : undefined;
  }

  /** A whole number between `min` and `max`. */
  integer(name: string, limits: { min: number; max: number }): number | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) {
      this.fail([name], 'NUMBER_TYPE_COERCE', `Value "${describe(value)}" is not int.`);
    } else if (number < limits.min) {
      this.fail([name], 'NUMBER_TYPE_MIN', `int value should be greater than or equal to ${limits.min}.`);
    } else if (number > limits.max) {
      this.fail([name], 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${limits.max}.`);
    } else return number;
    return undefined;
  }

  /** A boolean. */
  flag(name: string): boolean | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    this.fail([name], 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
    return undefined;
  }

  /** An id. */
  id(name: string): string | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    if (isSnowflake(value)) return value;
    this.fail([name], 'NUMBER_TYPE_COERCE', `Value "${describe(value)}" is not snowflake.`);
    return undefined;
  }

  /** A list of at most `max` objects; empty when absent. */
  objects(name: string, max: number): WireObject[] {
    const value = this.body[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.fail([name], 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
      return [];
    }
    if (value.length > max) {
      this.fail([name], 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
    }
    return value.filter((entry, position): entry is WireObject => {
      if (isObject(entry)) return true;
      this.fail([name, position], 'DICT_TYPE_CONVERT', 'Only dictionaries may be used in a DictType');
      return false;
    });
  }

  /** An object, or undefined. */
  object(name: string): WireObject | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    if (isObject(value)) return value;
    this.fail([name], 'DICT_TYPE_CONVERT', 'Only dictionaries may be used in a DictType');
    return undefined;
  }

  /** @throws DiscordError 50035 when any field was wrong */
  done(): void {
    if (this.#failed) throw new DiscordError(400, 50035, 'Invalid Form Body', this.#errors);
  }
}

/** True for JSON objects, false for arrays and null. */
export function isObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Error 50035 about a single field. */
export function invalidField(path: FieldPath, code: string, message: string): DiscordError {
  const form = new Form({});
  form.fail(path, code, message);
  try {
    form.done();
  } catch (error) {
    if (error instanceof DiscordError) return error;
  }
  return new DiscordError(400, 50035, 'Invalid Form Body');
}

/** Discord counts characters, not UTF-16 units. */
function checkLength(
  form: Form,
  path: FieldPath,
  text: string,
  limits: { max: number; min?: number },
): boolean {
  const length = text.length > limits.max ? [...text].length : text.length;
  const { min = 0, max } = limits;
  if (length > max) {
    const message =
      min > 0 ? `Must be between ${min} and ${max} in length.` : `Must be ${max} or fewer in length.`;
    form.fail(path, min > 0 ? 'BASE_TYPE_BAD_LENGTH' : 'BASE_TYPE_MAX_LENGTH', message);
  } else if (length < min) {
    form.fail(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
  } else return true;
  return false;
}

function describe(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
