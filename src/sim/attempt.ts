import { GatewayError } from '../core/errors.ts';
import { DiscordError } from './errors.ts';

/** Runs an action the way a transport would: never at once, and with the port's errors. */
export async function attempt<T>(signal: AbortSignal | undefined, action: () => T): Promise<T> {
  signal?.throwIfAborted();
  await Promise.resolve();
  try {
    return action();
  } catch (error) {
    throw error instanceof DiscordError ? translate(error) : error;
  }
}

function translate(error: DiscordError): GatewayError {
  const cause = { status: error.status, discordCode: error.code };
  if (error.status === 401) {
    return new GatewayError('account_disabled', 'Discord does not accept the account’s token.', { cause });
  }
  if (JSON.stringify(error.errors ?? {}).includes('INTERACTION_APPLICATION_COMMAND_INVALID_VERSION')) {
    return new GatewayError('command_outdated', 'Discord says that the command has changed.', { cause });
  }
  const message = `Discord refused: ${error.message} (code ${error.code}).`;
  return new GatewayError('discord_refused', message, { cause });
}
