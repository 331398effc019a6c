/** How the simulated Pika bot shall behave: everything that nobody knows of the real one is a choice (reference 6). */
import { z } from 'zod';
import { occasionShape } from '../rule-book.ts';
import { COMMAND_NAMES } from './commands.ts';

/** What a job is: a command, or what a button made of an earlier one. */
const JOB_KINDS = [...COMMAND_NAMES, 'retry', 'remix'] as const;
/** Kind of a job. */
export type JobKind = (typeof JOB_KINDS)[number];

/** How a job ends. */
const ENDINGS = [
  'video',
  'moderated',
  'failed',
  'cancelled',
  'too-many',
  'too-long',
  'no-image',
  'deleted',
  'none',
] as const;
/** How a job ends. */
export type Ending = (typeof ENDINGS)[number];

const millis = z.number().min(0);

const behaviourShape = {
  startAfterMs: millis.optional(),
  /** From the waiting message to the end. */
  takesMs: millis.optional(),
  /** Percentages that the waiting message shows on the way; none by nature. */
  steps: z.array(z.number().int().min(0).max(100)).max(101).optional(),
  /** Whether there is a waiting message. */
  waiting: z.boolean().optional(),
  /** The waiting message is empty and "thinking" (flags 128) first. */
  emptyStart: z.boolean().optional(),
  nonceOnWaiting: z.boolean().optional(),
  metadataOnWaiting: z.boolean().optional(),
  /** Whether the video is a new message, or the last state of the waiting one. */
  finalBy: z.enum(['create', 'update']).optional(),
  nonceOnFinal: z.boolean().optional(),
  metadataOnFinal: z.boolean().optional(),
  /** A new message replies to the pressed one, else to the waiting one. */
  referenceOnFinal: z.boolean().optional(),
  /** The waiting message goes before the new one comes. */
  deleteWaiting: z.boolean().optional(),
  /** `deleted` takes the waiting message away without a word, `none` waits for ever. */
  ending: z.enum(ENDINGS).optional(),
  /** At once, in place of the job, or after the time it takes. */
  endingAt: z.enum(['start', 'end']).optional(),
  /** How bad news comes. */
  endingBy: z.enum(['update', 'create', 'ephemeral']).optional(),
  endingAs: z.enum(['text', 'embed']).optional(),
  /** The parts of the finished text in one line or below each other. */
  layout: z.enum(['line', 'lines']).optional(),
  /** The prompt as the bot echoes it. */
  rewrite: z.string().optional(),
  /** Custom ids that tell what a button does, or that tell nothing. */
  customIds: z.enum(['plain', 'opaque']).optional(),
  /** The waiting message has a ❌. */
  cancelButton: z.boolean().optional(),
  /** INTERACTION_FAILURE comes, and the job goes on all the same. */
  interactionFailureFirst: z.boolean().optional(),
  /** Nothing comes after Discord took the interaction. */
  silent: z.boolean().optional(),
  /** Says everything twice. */
  duplicate: z.boolean().optional(),
  /** So many jobs of other people, same prompt and channel, before and after. */
  foreign: z.number().int().min(0).max(100).optional(),
};

const lineShape = {
  /** Jobs of one person that run at once. */
  concurrency: z.number().int().min(1).optional(),
  /** What becomes of those that are too many. */
  whenFull: z.enum(['waits', 'refuses']).optional(),
};

/** Schema of the defaults. */
export const pikaDefaultsSchema = z.strictObject({ ...behaviourShape, ...lineShape });
/** Schema of one rule. */
export const pikaRuleSchema = z.strictObject({
  ...behaviourShape,
  ...occasionShape,
  /** Which task shall obey; all when left out. */
  on: z.enum(JOB_KINDS).optional(),
});
/** What can be missing: the bot, or commands of it. */
const missingSchema = z.array(z.enum(['bot', ...COMMAND_NAMES]));

const orderShape = {
  /** Changes the versions of all commands, as when the makers deploy. */
  bumpVersions: z.boolean().optional(),
  /** What is missing from now on; an empty list brings everything back. */
  missing: missingSchema.optional(),
  /** Another application in the guild owns a command `create`, too; false takes it away. */
  rival: z.boolean().optional(),
  /** People's sessions hear nothing of the guild's messages, or only of those that mention them. */
  hugeGuild: z.union([z.literal(false), z.enum(['silent', 'mentions'])]).optional(),
  /** A job of somebody else, at once. */
  foreignJob: z
    .strictObject({
      prompt: z.string(),
      userId: z.string().min(1).optional(),
      /** Default: the channel used last, else the one named `pika`. */
      channelId: z.string().min(1).optional(),
    })
    .optional(),
};

/** Schema of a whole script. */
export const pikaScriptSchema = z.strictObject({
  /** Forgets all earlier rules and defaults first. */
  reset: z.boolean().optional(),
  defaults: pikaDefaultsSchema.optional(),
  rules: z.array(pikaRuleSchema).optional(),
  ...orderShape,
});

/** How the bot behaves; what is left out is natural. */
export type PikaBehaviour = z.output<typeof pikaDefaultsSchema>;
/** A behaviour for the tasks that match. The newest matching rule wins. */
export type PikaRule = z.output<typeof pikaRuleSchema>;
/** What a script orders to be done at once. */
export type PikaOrder = Pick<z.output<typeof pikaScriptSchema>, keyof typeof orderShape>;

/** The names of all fields of a behaviour, all endings, and all orders. */
export const PIKA_NAMES: readonly string[] = [
  ...Object.keys({ ...behaviourShape, ...lineShape, ...orderShape }),
  ...ENDINGS,
  ...JOB_KINDS,
];

const NATURAL = {
  startAfterMs: 600,
  takesMs: 6000,
  steps: [],
  waiting: true,
  emptyStart: false,
  nonceOnWaiting: true,
  metadataOnWaiting: true,
  finalBy: 'create',
  nonceOnFinal: false,
  metadataOnFinal: true,
  referenceOnFinal: false,
  deleteWaiting: true,
  ending: 'video',
  endingAt: 'end',
  endingBy: 'update',
  endingAs: 'text',
  layout: 'line',
  customIds: 'plain',
  cancelButton: true,
  interactionFailureFirst: false,
  silent: false,
  duplicate: false,
  foreign: 0,
  concurrency: 10,
  whenFull: 'waits',
} as const satisfies PikaBehaviour;

/** A behaviour with everything decided that has a natural value. */
export type FullBehaviour = Omit<PikaBehaviour, keyof typeof NATURAL> & {
  readonly [Field in keyof typeof NATURAL]: NonNullable<PikaBehaviour[Field]>;
};

/** Fills in what is natural. */
export function naturalBehaviour(behaviour: PikaBehaviour): FullBehaviour {
  return { ...NATURAL, steps: [], ...behaviour };
}
