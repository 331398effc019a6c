import { readOrder } from '../../faults.ts';
import { defined, RuleBook } from '../rule-book.ts';
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

/** The rules of a world's Midjourney and niji bots. */
export class MidjourneyPlaybook {
  readonly #initial: MidjourneyBehaviour;
  readonly #rules = new RuleBook<MidjourneyRule>();
  readonly #listeners = new Set<(order: MidjourneyOrder) => void>();
  #defaults: MidjourneyBehaviour;

  /** @throws OrderError naming the wrong field */
  constructor(defaults: MidjourneyBehaviour = {}) {
    this.#initial = readOrder(midjourneyDefaultsSchema, defaults);
    this.#defaults = this.#initial;
  }

  /** Adds rules, changes defaults, or orders something at once. @throws OrderError naming the wrong field */
  add(value: unknown): void {
    const script = readScript(value);
    this.#rules.add(script.rules ?? [], script.reset);
    if (script.reset) this.#defaults = this.#initial;
    this.#defaults = { ...this.#defaults, ...defined(script.defaults ?? {}) };
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
    const rule = this.#rules.take(
      prompt,
      ({ bot, on }) => (bot === undefined || bot === variant) && (on === undefined || on === kind),
    );
    return rule ? naturalBehaviour({ ...this.#defaults, ...defined(rule) }) : this.defaults;
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
