/** Which slash command does what a request asks, and where it is found in the command index: pure. */
import type { Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ApplicationCommand, CommandOption, StoredFile } from '../../core/interaction.ts';
import type { TaskRequest } from '../../core/task.ts';
import { findCommand, isCalled } from '../desk/find-command.ts';
import type { CommandCall } from '../desk/knowledge.ts';
import type { PikaOptions } from './options.ts';

/** Types of command options (Discord docs, "Application Command Option Type"). */
const STRING = 3;
const ATTACHMENT = 11;

/** What Pika offers beside the two: other bots have commands of such common names as well. */
const COMPANIONS = ['encrypt_text', 'encrypt_image'] as const;

type Names = PikaOptions['commands'];

/**
 * The command for a request. Source: the bot's documentation; its options are `prompt` and `image`.
 * @throws GatewayError unsupported_parameter for a verb that no command does
 */
export function commandOptions(
  { verb, prompt }: Pick<TaskRequest, 'verb' | 'prompt'>,
  files: readonly StoredFile[],
  names: Names,
): CommandCall {
  if (verb !== 'create' && verb !== 'animate') {
    throw new GatewayError('unsupported_parameter', `Pika has no command for "${verb}".`);
  }
  const words = prompt.trim();
  const image: CommandOption[] = files.length > 0 ? [{ type: ATTACHMENT, name: 'image', value: 0 }] : [];
  const text: CommandOption[] = words === '' ? [] : [{ type: STRING, name: 'prompt', value: words }];
  return { name: names[verb], options: [...image, ...text], files: files.slice(0, 1) };
}

/**
 * The call with the names that the command itself gives its options: nobody has written down all of them. An index that
 * lists no options is taken to have the usual ones.
 * @throws GatewayError command_missing when the command has no option for the picture or the prompt
 */
export function fitCall(call: CommandCall, { options }: ApplicationCommand): CommandCall {
  if (options === undefined || options.length === 0) return call;
  const fitted = call.options.map((given) => {
    const same = options.filter(({ type }) => type === given.type);
    const option = same.find(({ name }) => name === given.name) ?? same[0];
    if (option) return { ...given, name: option.name };
    const text = `The command /${call.name} of the bot has no option for the ${given.name} any more.`;
    throw new GatewayError('command_missing', text);
  });
  return { ...call, options: fitted };
}

/**
 * The application of the bot: the one that offers both commands; of several the one with most of Pika's other commands.
 * Undefined when none can be told.
 */
export function resolveApplication(
  commands: readonly ApplicationCommand[],
  names: Names,
): Snowflake | undefined {
  const ids = candidates(commands, names);
  const kin = ids.map((id) => COMPANIONS.filter((name) => findCommand(commands, name, id)).length);
  const most = Math.max(...kin);
  const [first, ...others] = ids.filter((_, position) => kin[position] === most);
  return others.length === 0 ? first : undefined;
}

/** The applications that offer both commands. */
function candidates(commands: readonly ApplicationCommand[], names: Names): Snowflake[] {
  const creating = commands.filter((command) => isCalled(command, names.create));
  const ids = [...new Set(creating.map(({ application_id }) => application_id))];
  return ids.filter((id) => findCommand(commands, names.animate, id) !== undefined);
}

/** Part of the message, not only of the hint: callers of a task read the message alone. */
const CLOSED = "Pika's bot on Discord is reported to be closed since the end of 2025.";
const TRY_BY_HAND =
  'Type the command by hand in this channel with this account: if nobody offers it, the bot is gone; if somebody does, put its id into applicationId, or its name into commands.';

/** Nobody offers both commands, or several do. */
export function noApplication(commands: readonly ApplicationCommand[], names: Names): GatewayError {
  const ids = candidates(commands, names);
  const both = `/${names.create} and /${names.animate}`;
  if (ids.length > 1) {
    const text = `Several bots offer ${both} in this channel, and which one is Pika cannot be told: ${ids.join(', ')}.`;
    return new GatewayError('command_missing', text, {
      hint: 'Put the id of the right one into applicationId.',
    });
  }
  return new GatewayError('command_missing', `No bot offers ${both} in this channel. ${CLOSED}`, {
    hint: `${CLOSED} ${TRY_BY_HAND}`,
  });
}

/** The bot lacks one of its commands. */
export function noCommand(name: string): GatewayError {
  return new GatewayError(
    'command_missing',
    `The bot offers no command /${name} in this channel. ${CLOSED}`,
    {
      hint: `${CLOSED} ${TRY_BY_HAND}`,
    },
  );
}
