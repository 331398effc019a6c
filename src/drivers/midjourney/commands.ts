/** Which slash command does what a request asks, with which options, and where it is found in the command index. */
import type { Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ApplicationCommand, CommandOption, StoredFile } from '../../core/interaction.ts';
import type { TaskRequest } from '../../core/task.ts';
import { findCommand, isCalled } from '../desk/find-command.ts';
import type { CommandCall } from '../desk/knowledge.ts';
import { MIDJOURNEY_ID, NIJI_ID } from './options.ts';
import { promptFor } from './prompt.ts';

/** Types of command options (Discord docs, "Application Command Option Type"). */
const SUBCOMMAND = 1;
const STRING = 3;
const ATTACHMENT = 11;

/** What Midjourney offers beside `imagine`: other bots that draw have a command of that name as well. */
const COMPANIONS = ['describe', 'blend', 'shorten', 'show', 'info', 'settings', 'fast', 'relax'] as const;

/** What `/blend` calls its shapes. */
const DIMENSIONS = { portrait: '--ar 2:3', square: '--ar 1:1', landscape: '--ar 3:2' } as const;

/**
 * The command for a request. Attachment options hold the position of their file in `files`. Pictures for `imagine` and
 * `animate` have to be among the request's links: those commands take no files.
 * @throws GatewayError unsupported_parameter for a verb that no command does (`act` presses a button)
 */
export function commandOptions(request: TaskRequest, files: readonly StoredFile[]): CommandCall {
  const { verb } = request;
  switch (verb) {
    case 'imagine':
    case 'animate':
      return call('imagine', [text('prompt', promptFor(request))]);
    case 'shorten':
      return call('shorten', [text('prompt', promptFor(request))]);
    case 'blend':
      return call('blend', blendOptions(request, files), files);
    case 'describe':
      return describeCall(request, files);
    case 'show':
      return call('show', [text('job_id', request.jobId ?? '')]);
    case 'info':
    case 'settings':
      return call(verb, []);
    case 'mode':
      return call(request.mode ?? 'fast', []);
    case 'remix':
      return call('prefer', [{ type: SUBCOMMAND, name: 'remix', options: [] }]);
    case 'create':
    case 'act':
      throw new GatewayError('unsupported_parameter', `Midjourney has no command for "${verb}".`);
  }
}

function blendOptions({ dimensions }: TaskRequest, files: readonly StoredFile[]): CommandOption[] {
  const images = files.map((_, position) => attachment(`image${position + 1}`, position));
  return dimensions === undefined ? images : [...images, text('dimensions', DIMENSIONS[dimensions])];
}

function describeCall({ links }: TaskRequest, files: readonly StoredFile[]): CommandCall {
  if (files.length > 0) return call('describe', [attachment('image', 0)], files.slice(0, 1));
  return call('describe', [text('link', links[0] ?? '')]);
}

function call(name: string, options: CommandOption[], files: readonly StoredFile[] = []): CommandCall {
  return { name, options, files: [...files] };
}

function text(name: string, value: string): CommandOption {
  return { type: STRING, name, value };
}

function attachment(name: string, position: number): CommandOption {
  return { type: ATTACHMENT, name, value: position };
}

/**
 * The application to work with: the configured one; else the public one where the index has it; else the one that offers
 * `imagine` and most of the commands that go with it, so that a bot under another id is found among others that draw. The
 * main bot never stands in for niji・journey by its public id, nor the reverse. Undefined when none can be told.
 */
export function resolveApplication(
  commands: readonly ApplicationCommand[],
  wanted: { readonly configured?: Snowflake | undefined; readonly variant?: string | undefined },
): Snowflake | undefined {
  if (wanted.configured !== undefined) return wanted.configured;
  const [own, other] = wanted.variant === 'niji' ? [NIJI_ID, MIDJOURNEY_ID] : [MIDJOURNEY_ID, NIJI_ID];
  if (commands.some(({ application_id }) => application_id === own)) return own;
  const drawing = commands.filter((command) => isCalled(command, 'imagine'));
  const ids = [...new Set(drawing.map(({ application_id }) => application_id))].filter((id) => id !== other);
  const kin = ids.map((id) => COMPANIONS.filter((name) => findCommand(commands, name, id)).length);
  const most = Math.max(...kin);
  const [first, ...others] = ids.filter((_, position) => kin[position] === most);
  return others.length === 0 ? first : undefined;
}
