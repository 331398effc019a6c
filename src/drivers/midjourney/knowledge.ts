/** What a desk has to know of Midjourney and niji・journey. */
import { GatewayError } from '../../core/errors.ts';
import type { TaskVerb } from '../../core/task.ts';
import type { TaskJob } from '../../core/task-driver.ts';
import type { BotKnowledge, Variant } from '../desk/knowledge.ts';
import { parentPrompt } from '../desk/open-job.ts';
import { commandOptions, resolveApplication } from './commands.ts';
import { expectationOf } from './expectations.ts';
import { answerFrame, frameIsCaptcha } from './frames.ts';
import { MIDJOURNEY_ID, type MidjourneyOptions, NIJI_ID } from './options.ts';
import { parseMessage } from './parse.ts';
import { promptKey } from './prompt.ts';
import { PUBLIC_COMMANDS } from './public-commands.ts';
import { askSeed } from './seed.ts';

/** Midjourney works through an account's jobs in their order; a stronger key has so long to come. */
const SETTLES_AFTER_MS = 20_000;

/** How long a job that Discord took may show nothing before the channel is read. */
const SILENCE = { silentMs: 30_000, everyMs: 15_000, untilResult: false } as const;
/** The picture follows the deletion of the progress message at once; without one the job may still go on. */
const DELETION = { graceMs: 60_000, isEnd: false } as const;
/** Verbs whose command has an option for words only, and fetches pictures by their links. */
const TAKE_LINKS: ReadonlySet<TaskVerb> = new Set<TaskVerb>(['imagine', 'animate', 'shorten']);

/** All that a desk needs, for a bot of these options. */
export function midjourneyKnowledge(options: MidjourneyOptions): BotKnowledge {
  const configured = (variant: Variant) =>
    variant === 'niji' ? options.nijiApplicationId : options.applicationId;
  return {
    limits: options,
    silence: SILENCE,
    makes: 'picture',
    endsByEdit: false,
    deletion: DELETION,
    settlesAfterMs: SETTLES_AFTER_MS,
    // Its picture is a new message that may name nothing else.
    knownBy: ['job'],
    parse: parseMessage,
    promptKey,
    echoOf,
    expectationOf,
    commandOf: commandOptions,
    takesLinks: (verb) => TAKE_LINKS.has(verb),
    variants: [undefined, 'niji'],
    configuredApplication: configured,
    findApplication: (commands, variant) => resolveApplication(commands, { variant }),
    publicCommands: PUBLIC_COMMANDS,
    publicApplication: (variant) => (variant === 'niji' ? NIJI_ID : MIDJOURNEY_ID),
    noApplication: (_, variant) => missing(`${nameOf(variant)} offers no commands in this channel.`),
    noCommand: (name) => missing(`The bot offers no command /${name} in this channel.`),
    isCheck: frameIsCaptcha,
    answerFrame,
    cancelId: (jobId) => `MJ::CancelJob::ByJobid::${jobId}`,
    seed: askSeed,
  };
}

function missing(text: string): GatewayError {
  return new GatewayError('command_missing', text);
}

function nameOf(variant: Variant): string {
  return variant === 'niji' ? 'niji・journey' : 'Midjourney';
}

function echoOf({ request, parent }: TaskJob): string {
  if (request.verb === 'imagine' || request.verb === 'animate') return request.prompt;
  if (request.verb !== 'act') return '';
  return request.form?.prompt ?? (request.prompt || parentPrompt(parent));
}
