import { OrderError, readOrder } from '../../faults.ts';
import {
  type FullBehaviour,
  type MidjourneyBehaviour,
  type MidjourneyOrder,
  type MidjourneyRule,
  midjourneyDefaultsSchema,
  midjourneyRuleSchema,
  midjourneyScriptSchema,
  naturalBehaviour,
} from './behaviour.ts';
import type { JobKind } from './kinds.ts';

/** What a rule is looked up by. */
export interface Occasion {
  /** The prompt as it was asked; of buttons: that of the job they belong to; else the name of file or command. */
  readonly prompt: string;
  readonly kind: JobKind;
  /** `midjourney` or `niji`. */
  readonly variant: string;
}

interface Entry {
  readonly rule: MidjourneyRule;
  readonly matches: (prompt: string) => boolean;
  left: number;
}

/** The rules of a world's Midjourney and niji bots. */
export class MidjourneyPlaybook {
  readonly #initial: MidjourneyBehaviour;
  readonly #listeners = new Set<(order: MidjourneyOrder) => void>();
  #defaults: MidjourneyBehaviour;
  #entries: Entry[] = [];

  /** @throws OrderError naming the wrong field */
  constructor(defaults: MidjourneyBehaviour = {}) {
    this.#initial = readOrder(midjourneyDefaultsSchema, defaults);
    this.#defaults = this.#initial;
  }

  /** Adds rules, changes defaults, or orders something at once. @throws OrderError naming the wrong field */
  add(value: unknown): void {
    const script = readScript(value);
    const entries = (script.rules ?? []).map((rule, position) => ({
      rule,
      matches: matcher(rule, position),
      left: rule.times ?? Number.POSITIVE_INFINITY,
    }));
    if (script.reset) {
      this.#entries = [];
      this.#defaults = this.#initial;
    }
    this.#defaults = { ...this.#defaults, ...defined(script.defaults ?? {}) };
    this.#entries.unshift(...entries);
    for (const listener of this.#listeners) listener(script);
  }

  /** Hears orders that are to be done at once. */
  listen(listener: (order: MidjourneyOrder) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How the bots behave when no rule matches. */
  get defaults(): FullBehaviour {
    return naturalBehaviour(this.#defaults);
  }

  /** How a bot behaves on an occasion; uses up one of the rule's `times`. The newest matching rule wins. */
  decide({ prompt, kind, variant }: Occasion): FullBehaviour {
    const found = this.#entries.find(
      ({ rule, matches }) =>
        (rule.bot === undefined || rule.bot === variant) &&
        (rule.on === undefined || rule.on === kind) &&
        matches(prompt),
    );
    if (!found) return this.defaults;
    found.left -= 1;
    if (found.left <= 0) this.#entries = this.#entries.filter((entry) => entry !== found);
    return naturalBehaviour({ ...this.#defaults, ...defined(found.rule) });
  }
}

function readScript(value: unknown) {
  if (Array.isArray(value)) return readOrder(midjourneyScriptSchema, { rules: value });
  const isScript =
    typeof value === 'object' && value !== null && Object.keys(value).some((key) => key in SCRIPT_FIELDS);
  if (isScript) return readOrder(midjourneyScriptSchema, value);
  return { rules: [readOrder(midjourneyRuleSchema, value)] };
}

const SCRIPT_FIELDS = midjourneyScriptSchema.shape;

function matcher(rule: MidjourneyRule, position: number): (prompt: string) => boolean {
  const { match } = rule;
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

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
