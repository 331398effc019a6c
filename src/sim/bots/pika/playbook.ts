import { readOrder } from '../../faults.ts';
import { defined, RuleBook } from '../rule-book.ts';
import {
  type FullBehaviour,
  type JobKind,
  naturalBehaviour,
  type PikaBehaviour,
  type PikaOrder,
  type PikaRule,
  pikaDefaultsSchema,
  pikaRuleSchema,
  pikaScriptSchema,
} from './behaviour.ts';

/** The rules of a world's Pika bot. */
export class PikaPlaybook {
  readonly #initial: PikaBehaviour;
  readonly #rules = new RuleBook<PikaRule>();
  readonly #listeners = new Set<(order: PikaOrder) => void>();
  #defaults: PikaBehaviour;

  /** @throws OrderError naming the wrong field */
  constructor(defaults: PikaBehaviour = {}) {
    this.#initial = readOrder(pikaDefaultsSchema, defaults);
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
  listen(listener: (order: PikaOrder) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How the bot behaves when no rule matches. */
  get defaults(): FullBehaviour {
    return naturalBehaviour(this.#defaults);
  }

  /** How the bot behaves on an occasion; uses up one of the rule's `times`. The newest matching rule wins. */
  decide(prompt: string, kind: JobKind): FullBehaviour {
    const rule = this.#rules.take(prompt, ({ on }) => on === undefined || on === kind);
    return rule ? naturalBehaviour({ ...this.#defaults, ...defined(rule) }) : this.defaults;
  }
}

const SCRIPT_FIELDS = pikaScriptSchema.shape;

function readScript(value: unknown) {
  if (Array.isArray(value)) return readOrder(pikaScriptSchema, { rules: value });
  const isScript =
    typeof value === 'object' && value !== null && Object.keys(value).some((key) => key in SCRIPT_FIELDS);
  if (isScript) return readOrder(pikaScriptSchema, value);
  return { rules: [readOrder(pikaRuleSchema, value)] };
}
