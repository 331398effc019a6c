import { type Clock, sleep } from '../../core/clock.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ApplicationCommand, CommandPlace } from '../../core/interaction.ts';
import { checkedSnowflake } from '../snowflake.ts';
import { nonsenseError } from './errors.ts';
import type { Rest, RestCall } from './rest.ts';

/** Names of commands are translated to the language that these two ask for. */
const ENGLISH = { 'x-discord-locale': 'en-US', 'accept-language': 'en-US' } as const;
/** An index that Discord has still to make is asked for again this often, with pauses in milliseconds. */
const MOST_TRIES = 4;
const USUAL_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/** Reads the commands that can be used in a place; see `InteractionPort.commands`. */
export async function readCommands(
  rest: Rest,
  clock: Clock,
  place: CommandPlace,
  signal?: AbortSignal,
): Promise<ApplicationCommand[]> {
  const call = callOf(place);
  for (let tries = 1; ; tries += 1) {
    const answer = await rest.call(call, signal);
    const commands = commandsOf(answer);
    if (commands) return commands;
    const retryAfterMs = pauseOf(answer);
    if (retryAfterMs === undefined) throw nonsenseError(`GET ${call.template}`);
    if (tries >= MOST_TRIES || retryAfterMs > LONGEST_PAUSE_MS) {
      throw new GatewayError('rate_limited', 'Discord has not finished its list of commands yet.', {
        retryAfterMs,
      });
    }
    await sleep(clock, retryAfterMs, signal);
  }
}

function callOf(place: CommandPlace): RestCall {
  const [kind, id] =
    'guildId' in place
      ? ['guilds', checkedSnowflake(place.guildId, 'guild id')]
      : ['channels', checkedSnowflake(place.channelId, 'channel id')];
  return {
    method: 'GET',
    path: `/${kind}/${id}/application-command-index`,
    template: `/${kind}/{id}/application-command-index`,
    major: id,
    headers: ENGLISH,
    repeatable: true,
  };
}

/** Milliseconds to wait when the answer says "later" (HTTP 202: empty, or with `retry_after` in seconds). */
function pauseOf(answer: unknown): number | undefined {
  if (answer === undefined) return USUAL_PAUSE_MS;
  if (typeof answer !== 'object' || answer === null || !('retry_after' in answer)) return undefined;
  const seconds = Number(answer.retry_after);
  return seconds > 0 && Number.isFinite(seconds) ? Math.ceil(seconds * 1000) : USUAL_PAUSE_MS;
}

/** What cannot be used is skipped: a list holds the commands of many bots, and one odd entry is not ours to mind. */
function commandsOf(answer: unknown): ApplicationCommand[] | undefined {
  if (typeof answer !== 'object' || answer === null || !('application_commands' in answer)) return undefined;
  const { application_commands: entries } = answer;
  return Array.isArray(entries)
    ? (entries as unknown[]).flatMap((entry) => commandOf(entry) ?? [])
    : undefined;
}

/** The entry as it is, for it is sent back with the command; only `type` may be missing. */
function commandOf(entry: unknown): ApplicationCommand | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const wanted: Record<string, unknown> = { type: 1, ...entry };
  const named = ['id', 'application_id', 'version', 'name'].every((field) => {
    const value = wanted[field];
    return typeof value === 'string' && value !== '';
  });
  if (!named || typeof wanted.type !== 'number') return undefined;
  // Places without a value are null on the wire, and absent in the contract.
  for (const field of ['name_default', 'options']) if (wanted[field] === null) delete wanted[field];
  return wanted as unknown as ApplicationCommand;
}
