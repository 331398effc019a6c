/** What a desk has to know of Pika. */
import { GatewayError } from '../../core/errors.ts';
import type { OpenedFrame } from '../../core/interaction.ts';
import type { TaskRequest } from '../../core/task.ts';
import type { TaskJob } from '../../core/task-driver.ts';
import type { Expectation } from '../desk/expectation.ts';
import type { BotKnowledge } from '../desk/knowledge.ts';
import { parentPrompt } from '../desk/open-job.ts';
import type { JobMessage } from '../desk/parsed.ts';
import { commandOptions, fitCall, noApplication, noCommand, resolveApplication } from './commands.ts';
import type { PikaOptions } from './options.ts';
import { parseMessage } from './parse.ts';
import { lettersOf, promptKey } from './prompt.ts';

/** A video that follows its deleted waiting message does so at once. */
const DELETION = { graceMs: 20_000, isEnd: true } as const;
/** Nobody knows what a result of Pika's replies to: what it was asked by, or what it has shown before. */
const VIDEO: Expectation = { answer: 'picture', repliesTo: 'anything' };

/** All that a desk needs, for a bot of these options. */
export function pikaKnowledge(options: PikaOptions): BotKnowledge {
  const { commands: names, timeoutMinutes } = options;
  const pollMs = options.pollSeconds * 1_000;
  return {
    // Pika is not known to tell of a line of its own.
    limits: { ...options, botQueueMinutes: timeoutMinutes },
    silence: { silentMs: pollMs, everyMs: pollMs, untilResult: true },
    makes: 'video',
    endsByEdit: true,
    knownBy: ['interaction', 'message'],
    deletion: DELETION,
    parse: (message, prompts) => parseMessage(message, prompts()),
    promptKey,
    holds,
    echoOf,
    expectationOf,
    commandOf: (request, files) => commandOptions(request, files, names),
    fitCall,
    takesLinks: () => false,
    variants: [undefined],
    configuredApplication: () => options.applicationId,
    findApplication: (commands) => resolveApplication(commands, names),
    publicApplication: () => undefined,
    noApplication: (commands) => noApplication(commands, names),
    noCommand,
    isCheck,
    answerFrame,
  };
}

function holds({ prompt, isLoose }: JobMessage, key: string): boolean {
  const letters = lettersOf(prompt);
  return isLoose ? letters.includes(key) : letters.startsWith(key);
}

function echoOf({ request, parent }: TaskJob): string {
  if (request.verb !== 'act') return request.prompt;
  return request.form?.prompt ?? (request.prompt || parentPrompt(parent));
}

function expectationOf({ verb, action }: Pick<TaskRequest, 'verb' | 'action'>): Expectation {
  if (verb !== 'act') return VIDEO;
  switch (action?.kind) {
    case 'retry':
    case 'remix':
      return VIDEO;
    case 'cancel':
      return { answer: 'success' };
    default:
      return { answer: 'any', repliesTo: 'anything' };
  }
}

function isCheck({ title, path }: Pick<OpenedFrame, 'title' | 'path'>): boolean {
  return /^\s*action (?:required|needed)\b|\bverif(?:y|ication)\b|captcha/i.test(`${title} ${path}`);
}

function answerFrame({ title }: OpenedFrame): never {
  throw new GatewayError(
    'bot_failed',
    `The bot opened a page of its own that only a person can fill in: ${title}.`,
  );
}
