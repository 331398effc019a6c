/** How a Coze bot shall behave: defaults, and rules that tests add per prompt. */
import { z } from 'zod';
import { OrderError, readOrder } from '../faults.ts';
import { LIMIT_TEXTS } from './limit-texts.ts';

const millis = z.number().min(0);
const limitNames = Object.keys(LIMIT_TEXTS);

const behaviourShape = {
  /** The answer, in place of the natural one. */
  text: z.string().optional(),
  /** The answer in pieces: each edit adds one. */
  chunks: z.array(z.string()).min(1).optional(),
  /** A limit text of Coze, by name, in place of the answer; it comes without buttons. */
  limit: z
    .string()
    .refine((name) => limitNames.includes(name), { error: `must be one of ${limitNames.join(', ')}` })
    .optional(),
  /** After the whole answer was shown the bot replaces it by this. */
  rewrite: z.string().optional(),
  /** Messages shown one after the other in which the text grows; 0 = whole at once. */
  edits: z.number().int().min(0).max(2000).optional(),
  startAfterMs: millis.optional(),
  editEveryMs: millis.optional(),
  typing: z.boolean().optional(),
  /** Buttons at the end: true = three made up ones, or their labels. */
  suggestions: z.union([z.boolean(), z.array(z.string().min(1).max(80)).min(1).max(5)]).optional(),
  /** Buttons come in an edit of their own, so much later. */
  suggestionsAfterMs: millis.optional(),
  /** Where a long answer is cut. */
  splitAt: z.number().int().min(10).max(2000).optional(),
  /** Whether the second and later messages of a long answer are replies as well. */
  splitReference: z.boolean().optional(),
  /** What the first message replies to. */
  reference: z.enum(['prompt', 'wrong', 'none']).optional(),
  images: z.number().int().min(0).max(10).optional(),
  imageAs: z.enum(['embed', 'attachment', 'link']).optional(),
  ignoreBots: z.boolean().optional(),
  /** Never answers. */
  silent: z.boolean().optional(),
  /** Shows typing again and again, and never answers. */
  typingOnly: z.boolean().optional(),
  /** Stops for ever after so many messages and edits. */
  stallAfter: z.number().int().min(1).optional(),
  /** Says everything twice. */
  duplicate: z.boolean().optional(),
  /** Deletes its messages so long after the end. */
  deleteAfterMs: millis.optional(),
  /** Adds `t=<nanoseconds>` of `process.hrtime.bigint()` to each piece at the moment it is sent. */
  stamp: z.boolean().optional(),
};

/** The names of all fields of a behaviour. */
export const BEHAVIOUR_FIELDS: readonly string[] = Object.keys(behaviourShape);

const behaviourSchema = z.strictObject(behaviourShape);
const ruleSchema = z.strictObject({
  ...behaviourShape,
  /** Part of the prompt, or a regular expression; everything when left out. */
  match: z
    .union([z.string(), z.strictObject({ regex: z.string(), flags: z.string().optional() })])
    .optional(),
  /** User id of the bot that shall obey; all when left out. */
  bot: z.string().optional(),
  /** The rule holds for so many prompts. */
  times: z.number().int().min(1).optional(),
});
const scriptSchema = z.strictObject({
  /** Forgets all earlier rules and defaults first. */
  reset: z.boolean().optional(),
  defaults: behaviourSchema.optional(),
  rules: z.array(ruleSchema).optional(),
});

/** How a bot behaves; what is left out is natural. */
export type Behaviour = z.output<typeof behaviourSchema>;
/** A behaviour for the prompts that match. The newest matching rule wins. */
export type Rule = z.output<typeof ruleSchema>;
/** What `POST /__sim/script` takes. A bare rule or a list of rules is fine too. */
export type Script = z.input<typeof scriptSchema> | z.input<typeof ruleSchema> | z.input<typeof ruleSchema>[];

/** A behaviour with everything decided. */
export type FullBehaviour = Behaviour & {
  readonly edits: number;
  readonly startAfterMs: number;
  readonly editEveryMs: number;
  readonly typing: boolean;
  readonly suggestions: boolean | string[];
  readonly splitAt: number;
  readonly reference: 'prompt' | 'wrong' | 'none';
};

/** The natural behaviour. */
const NATURAL = {
  edits: 4,
  startAfterMs: 600,
  editEveryMs: 400,
  typing: true,
  suggestions: true,
  splitAt: 2000,
  reference: 'prompt',
} as const satisfies Behaviour;

/** The rules of a world's Coze bots. */
export class Playbook {
  #defaults: Behaviour;
  readonly #initial: Behaviour;
  #rules: { readonly rule: Rule; readonly matches: (prompt: string) => boolean; left: number }[] = [];

  constructor(defaults: Behaviour = {}) {
    this.#initial = readOrder(behaviourSchema, defaults);
    this.#defaults = this.#initial;
  }

  /** Adds rules. @throws OrderError naming the wrong field */
  add(value: unknown): void {
    const script = readScript(value);
    const rules = (script.rules ?? []).map((rule, position) => ({
      rule,
      matches: matcher(rule, position),
      left: rule.times ?? Number.POSITIVE_INFINITY,
    }));
    if (script.reset) {
      this.#rules = [];
      this.#defaults = this.#initial;
    }
    this.#defaults = { ...this.#defaults, ...script.defaults };
    this.#rules.unshift(...rules);
  }

  /** How a bot answers a prompt; uses up one of the rule's `times`. */
  decide(prompt: string, botUserId: string): FullBehaviour {
    const found = this.#rules.find(
      ({ rule, matches }) => (rule.bot === undefined || rule.bot === botUserId) && matches(prompt),
    );
    if (!found) return { ...NATURAL, ...this.#defaults };
    found.left -= 1;
    if (found.left <= 0) this.#rules = this.#rules.filter((entry) => entry !== found);
    return { ...NATURAL, ...this.#defaults, ...defined(found.rule) };
  }
}

function readScript(value: unknown): z.output<typeof scriptSchema> {
  if (Array.isArray(value)) return readOrder(scriptSchema, { rules: value });
  const isScript =
    typeof value === 'object' &&
    value !== null &&
    ('rules' in value || 'defaults' in value || 'reset' in value);
  if (isScript) return readOrder(scriptSchema, value);
  return { rules: [readOrder(ruleSchema, value)] };
}

function matcher(rule: Rule, position: number): (prompt: string) => boolean {
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

function defined(rule: Rule): Behaviour {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}
