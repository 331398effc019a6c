import type { Group } from '../tree.ts';

/** The largest number of the original program (a Java int). */
const JAVA_MAX = 2_147_483_647;

/** The keys of one group, each handed out once, so that what nobody asked for can be listed at the end. */
export class Keys {
  readonly #group: Group;
  readonly #taken = new Set<string>();
  readonly #misfits = new Map<string, unknown>();

  constructor(group: Group) {
    this.#group = group;
  }

  /** True when the key stands in the group. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** The value of a key as it is; undefined when it does not stand there. Case does not matter. */
  take(name: string): unknown {
    const found = this.#find(name);
    if (found === undefined) return undefined;
    this.#taken.add(found);
    return this.#group[found];
  }

  /** The text of a key, trimmed; empty when it is missing, null, or no single value. */
  text(name: string): string {
    const value = this.take(name);
    if (typeof value === 'object' && value !== null) this.#misfits.set(name, value);
    return textOf(value);
  }

  /** Lists and groups that stood where a text was asked for. */
  misfits(): [string, unknown][] {
    return [...this.#misfits];
  }

  /** What was not taken. */
  rest(): [string, unknown][] {
    return Object.entries(this.#group).filter(([name]) => !this.#taken.has(name));
  }

  #find(name: string): string | undefined {
    if (Object.hasOwn(this.#group, name)) return name;
    return Object.keys(this.#group).find((key) => key.toLowerCase() === name.toLowerCase());
  }
}

/** A scalar as trimmed text; YAML's ways to write nothing, lists and groups are empty. */
export function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '~' || text === 'null' ? '' : text;
}

/** A whole number within limits (both included), undefined for anything else. */
export function wholeNumber(text: string, lowest: number, highest = JAVA_MAX): number | undefined {
  if (!/^[+-]?\d{1,12}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= lowest && number <= highest ? number : undefined;
}

/** How a switch was written. */
export type Switch = 'on' | 'off' | 'meant-on';

/** The original took nothing but `true` as on; `meant-on` is a text that a person meant as on. */
export function switchOf(text: string): Switch {
  if (/^true$/i.test(text)) return 'on';
  return /^(yes|y|on|1)$/i.test(text) ? 'meant-on' : 'off';
}

/** A Discord id, also out of a mention such as `<@123>`; undefined when it is none. */
export function snowflakeOf(text: string): string | undefined {
  return /^(?:<[@#]!?)?(\d{17,20})>?$/.exec(text)?.[1];
}
