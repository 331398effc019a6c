import { z } from 'zod';
import { OrderError } from '../faults.ts';

/** The fields of a rule that say when it holds. */
export const occasionShape = {
  /** Part of the prompt as it was asked, or a regular expression; everything when left out. */
  match: z
    .union([z.string(), z.strictObject({ regex: z.string(), flags: z.string().optional() })])
    .optional(),
  /** The rule holds for so many tasks. */
  times: z.number().int().min(1).optional(),
};

/** Anything with those fields. */
interface Rule {
  readonly match?: string | { readonly regex: string; readonly flags?: string | undefined } | undefined;
  readonly times?: number | undefined;
}

interface Entry<R> {
  readonly rule: R;
  readonly matches: (prompt: string) => boolean;
  left: number;
}

/** Rules of which the newest that matches wins, each for as long as its `times` last. */
export class RuleBook<R extends Rule> {
  #entries: Entry<R>[] = [];

  /** Adds rules in front of the earlier ones, or in their place. @throws OrderError naming the wrong field */
  add(rules: readonly R[], replaces = false): void {
    const entries = rules.map((rule, position) => ({
      rule,
      matches: matcher(rule, position),
      left: rule.times ?? Number.POSITIVE_INFINITY,
    }));
    this.#entries = replaces ? entries : [...entries, ...this.#entries];
  }

  /** The rule for a prompt among those that fit otherwise; uses up one of its `times`. */
  take(prompt: string, fits: (rule: R) => boolean): R | undefined {
    const found = this.#entries.find(({ rule, matches }) => fits(rule) && matches(prompt));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#entries = this.#entries.filter((entry) => entry !== found);
    return found.rule;
  }
}

/** The fields that have a value. */
export function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function matcher({ match }: Rule, position: number): (prompt: string) => boolean {
  if (match === undefined) return () => true;
  if (typeof match === 'string') return (prompt) => prompt.includes(match);
  try {
    const pattern = new RegExp(match.regex, (match.flags ?? '').replace(/[gy]/g, ''));
    return (prompt) => pattern.test(prompt);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new OrderError(`rules.${position}.match.regex`, message);
  }
}
