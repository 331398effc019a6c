import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import type { Snowflake } from '../core/discord.ts';
import type { ActivityAnswer } from '../core/interaction.ts';
import { activityUrl, type DiscordHosts } from './hosts.ts';
import type { Redact } from './redact.ts';
import { silenceError } from './rest/errors.ts';
import { NoAnswer, performRequest } from './rest/request.ts';
import { checkedSnowflake } from './snowflake.ts';

/** What a post to an application's host needs. */
export interface ActivityOptions {
  readonly hosts: Pick<DiscordHosts, 'activity'>;
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly redact: Redact;
}

const NAME = 'POST to the page of an application';
/** A mask of a picture over a slow line. */
const TIMEOUT_MS = 60_000;
const LARGEST_ANSWER_BYTES = 1024 * 1024;

/**
 * Posts JSON to an application's own host; see `InteractionPort.postToActivity`. The host belongs to the bot's makers:
 * it never sees the token. A lost answer is not asked for again, because nothing tells them that it is the same post.
 */
export async function postToActivity(
  options: ActivityOptions,
  applicationId: Snowflake,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<ActivityAnswer> {
  const request = {
    method: 'POST',
    url: activityUrl(options.hosts, checkedSnowflake(applicationId, 'application id'), path),
    headers: { 'content-type': 'application/json', accept: '*/*', 'user-agent': options.userAgent },
    body: JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
    maxBytes: LARGEST_ANSWER_BYTES,
  } as const;
  try {
    const answer = await performRequest(options.dispatcher, request, options.clock, signal);
    return { status: answer.status, body: answer.body.toString('utf8') };
  } catch (error) {
    if (error instanceof NoAnswer) throw silenceError(NAME, error, options.redact);
    throw error;
  }
}
