/** How the simulated Midjourney and niji bots shall behave: defaults, and rules that tests add per prompt. */
import { z } from 'zod';
import { occasionShape } from '../rule-book.ts';
import { JOB_KINDS } from './kinds.ts';
import { NOTICE_NAMES } from './notices.ts';

const millis = z.number().min(0);
const percent = z.number().int().min(0).max(100);

const behaviourShape = {
  /** Wording, file names and buttons of that year; default 2026. */
  era: z.enum(['2024', '2026']).optional(),
  /** The model that is added to prompts without one, e.g. `6.1`; default: the era's own. */
  version: z.string().min(1).optional(),
  startAfterMs: millis.optional(),
  stepEveryMs: millis.optional(),
  /** Percentages shown one after the other; after them comes the final. */
  steps: z.array(percent).max(101).optional(),
  /** `(31%) (fast)`, or `(fast 31%)`. */
  percentStyle: z.enum(['apart', 'together']).optional(),
  /** The final carries the nonce again. */
  nonceOnFinal: z.boolean().optional(),
  /** The final names its interaction. */
  metadataOnFinal: z.boolean().optional(),
  /** A final made by a button replies to the message that carries the button. */
  referenceOnFinal: z.boolean().optional(),
  /** The first message is empty and "thinking" (flags 128), its text comes by an update. */
  emptyStart: z.boolean().optional(),
  /** Only the asker sees the progress (flags 64); no history holds it. */
  ephemeralProgress: z.boolean().optional(),
  /** `Upscaling image #1 with …`, `Making variations …`, `Rerolling …` in front of the first text. */
  startPrefix: z.boolean().optional(),
  /** U1 to U4 show a message before the final. */
  upscaleStart: z.boolean().optional(),
  /** The progress message has a button that cancels. */
  cancelButton: z.boolean().optional(),
  /** INTERACTION_FAILURE comes, and the job goes on all the same. */
  interactionFailureFirst: z.boolean().optional(),
  /** A notice of the bot by name. */
  notice: z.enum(NOTICE_NAMES).optional(),
  noticeAt: z.enum(['start', 'progress', 'after-final']).optional(),
  /** As an ephemeral message with the nonce, an update of the progress message, or a reply to it. */
  noticeBy: z.enum(['create', 'update', 'reply']).optional(),
  /** A check that a person sits there; `true` = frame. */
  captcha: z.union([z.boolean(), z.enum(['frame', 'buttons'])]).optional(),
  /** Ends with `(Stopped)` at that percentage. */
  stopAt: percent.optional(),
  /** Nothing comes after Discord took the interaction. */
  silent: z.boolean().optional(),
  /** Stops for ever at that percentage; `true` = after the last one. */
  noFinal: z.union([z.boolean(), percent]).optional(),
  /** The message that carries the pressed button is edited. */
  editParent: z.boolean().optional(),
  /** Says everything twice. */
  duplicate: z.boolean().optional(),
  /** So many jobs of other people, same prompt and channel, before and after. */
  foreign: z.number().int().min(0).max(100).optional(),
  /** The prompt as the bot echoes it. */
  rewrite: z.string().optional(),
  /** Parameters that the asker's settings add, e.g. `--raw --sref <https://s.mj.run/x>`. */
  accountDefaults: z.string().optional(),
  /** Short links of the final differ from those of the start. */
  relink: z.boolean().optional(),
  /** Whether the final is a new message, or the last state of the progress message. */
  finalBy: z.enum(['create', 'update']).optional(),
  /** The progress message is deleted before the final comes. */
  deleteProgress: z.boolean().optional(),
  /** How a job that had to wait is shown when its turn comes. */
  queuedBy: z.enum(['update', 'create']).optional(),
  mode: z.enum(['fast', 'relax', 'turbo']).optional(),
  stealth: z.boolean().optional(),
  /** People have remix mode on unless they switched it themselves. */
  remix: z.boolean().optional(),
};

/** Numbers that hold for all jobs together. */
const lineShape = {
  /** Jobs of one person at once; default 3. */
  concurrency: z.number().int().min(1).optional(),
  /** Further jobs of one person that wait; default 10. */
  queue: z.number().int().min(0).optional(),
};

const variant = z.enum(['midjourney', 'niji']);

/** Schema of the defaults. */
export const midjourneyDefaultsSchema = z.strictObject({ ...behaviourShape, ...lineShape });
/** Schema of one rule. */
export const midjourneyRuleSchema = z.strictObject({
  ...behaviourShape,
  ...occasionShape,
  /** Which task shall obey; all when left out. */
  on: z.enum(JOB_KINDS).optional(),
  bot: variant.optional(),
});
/** Schema of a whole script. */
export const midjourneyScriptSchema = z.strictObject({
  /** Forgets all earlier rules and defaults first. */
  reset: z.boolean().optional(),
  defaults: midjourneyDefaultsSchema.optional(),
  rules: z.array(midjourneyRuleSchema).optional(),
  /** Changes the versions of all commands, as when the makers deploy. */
  bumpVersions: z.boolean().optional(),
  /** A job of somebody else, at once. */
  foreignJob: z
    .strictObject({
      prompt: z.string(),
      userId: z.string().min(1).optional(),
      /** Default: the channel used last, else the one named after the bot. */
      channelId: z.string().min(1).optional(),
      bot: variant.optional(),
    })
    .optional(),
  /** Settings of one person. */
  person: z
    .strictObject({
      userId: z.string().min(1),
      remix: z.boolean().optional(),
      mode: z.enum(['fast', 'relax', 'turbo']).optional(),
    })
    .optional(),
});

/** How the bots behave; what is left out is natural. */
export type MidjourneyBehaviour = z.output<typeof midjourneyDefaultsSchema>;
/** A behaviour for the tasks that match. The newest matching rule wins. */
export type MidjourneyRule = z.output<typeof midjourneyRuleSchema>;
/** What a script orders to be done at once. */
export type MidjourneyOrder = Pick<
  z.output<typeof midjourneyScriptSchema>,
  'bumpVersions' | 'foreignJob' | 'person'
>;

/** The names of all fields of a behaviour. */
export const MIDJOURNEY_FIELDS: readonly string[] = Object.keys({ ...behaviourShape, ...lineShape });

/** The natural behaviour. */
const NATURAL = {
  era: '2026',
  startAfterMs: 700,
  stepEveryMs: 1200,
  steps: [15, 31, 46, 62, 78, 93],
  percentStyle: 'apart',
  referenceOnFinal: true,
  startPrefix: true,
  upscaleStart: true,
  cancelButton: true,
  noticeAt: 'start',
  editParent: true,
  foreign: 0,
  finalBy: 'create',
  deleteProgress: true,
  queuedBy: 'update',
  mode: 'fast',
  remix: false,
  concurrency: 3,
  queue: 10,
} as const satisfies MidjourneyBehaviour;

/** A behaviour with everything decided that has a natural value. */
export type FullBehaviour = Omit<MidjourneyBehaviour, keyof typeof NATURAL> & {
  readonly [Field in keyof typeof NATURAL]: NonNullable<MidjourneyBehaviour[Field]>;
};

/** Fills in what is natural. */
export function naturalBehaviour(behaviour: MidjourneyBehaviour): FullBehaviour {
  return { ...NATURAL, steps: [...NATURAL.steps], ...behaviour };
}
