import type { Message } from '../../core/discord.ts';
import { mediaOf, withoutQuery } from '../desk/message-media.ts';
import { flatten } from '../desk/message-text.ts';

const GUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;
// https://www.midjourney.com/jobs/4e68485a-900c-4c1b-9222-f9b5ae4b3fcf?index=0
// https://www.midjourney.com/app/jobs/4e68485a-900c-4c1b-9222-f9b5ae4b3fcf/
const JOBS_LINK = new RegExp(`midjourney\\.com/(?:app/)?jobs/(${GUID.source})`, 'i');
const CANCEL = new RegExp(`^MJ::CancelJob::ByJobid::(${GUID.source})`, 'i');
/** A custom id that names a page or a check, not the job. */
const NO_JOB = /^MJ::(?:iframe|Captcha)/i;

/**
 * The bot's own id of the job, in lower case: by the link to its page (a button, or in the bot's own words), by the cancel
 * button, by the ids of other buttons, by the name of the picture.
 */
export function jobIdOf(message: Message, ownWords: string): string | undefined {
  const components = flatten(message.components ?? []);
  const customIds = components.flatMap(({ custom_id }) =>
    custom_id && !NO_JOB.test(custom_id) ? [custom_id] : [],
  );
  const links = [...components.flatMap(({ url }) => url ?? []), ownWords];
  const names = mediaOf(message).map(({ name, url }) => name ?? withoutQuery(url));
  const found =
    firstOf(links, JOBS_LINK) ??
    firstOf(customIds, CANCEL) ??
    firstOf(customIds, GUID) ??
    firstOf(names, GUID);
  return found?.toLowerCase();
}

function firstOf(texts: readonly string[], pattern: RegExp): string | undefined {
  for (const text of texts) {
    const found = pattern.exec(text);
    if (found !== null) return found[1] ?? found[0];
  }
  return undefined;
}
