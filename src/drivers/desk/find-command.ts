import type { Snowflake } from '../../core/discord.ts';
import type { ApplicationCommand } from '../../core/interaction.ts';

/** Type of a slash command (Discord docs, "Application Command Types"). */
const SLASH_COMMAND = 1;

/** A slash command of an application by its original name, which `name_default` holds when the index is localised. */
export function findCommand(
  commands: readonly ApplicationCommand[],
  name: string,
  applicationId: Snowflake,
): ApplicationCommand | undefined {
  return commands.find((command) => command.application_id === applicationId && isCalled(command, name));
}

/** True for a slash command of that original name. */
export function isCalled(command: ApplicationCommand, name: string): boolean {
  return command.type === SLASH_COMMAND && (command.name_default ?? command.name) === name;
}
