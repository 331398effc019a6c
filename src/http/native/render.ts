import type { ConversationEntry } from '../../core/conversation-service.ts';
import type { Media } from '../../core/media.ts';
import type { Task } from '../../core/task.ts';
import type { StudioView } from '../../core/tasks.ts';
import type { LinkOf } from '../links.ts';

/** An account of a drawing or filming bot. Times are milliseconds since the epoch. */
export function renderAccount(view: StudioView) {
  const { accountId, botId, condition, isSlow, ...rest } = view;
  return { account: accountId, bot: botId, state: condition, fast: !isSlow, ...rest };
}

/** A task: all that is known, but for what only the bot or the receiver may see. */
export function renderTask(task: Task, linkOf: LinkOf) {
  const { botId, callerId, accountId, request, notify, media, preview, timeline, ...rest } = task;
  const { form, ...asked } = request;
  return {
    ...rest,
    bot: botId,
    key: callerId,
    account: accountId,
    request: {
      ...asked,
      ...(form ? { form: { prompt: form.prompt, hasMask: form.mask !== undefined } } : {}),
    },
    media: media.map((one) => renderMedia(one, linkOf)),
    ...(preview ? { preview: renderMedia(preview, linkOf) } : {}),
    timeline: timeline ?? [],
    // Path and query of a callback may hold a secret of the receiver.
    ...(notify ? { notify: { origin: originOf(notify.url), dialect: notify.dialect } } : {}),
  };
}

/** A conversation, as those who look after several see it. */
export function renderConversation({ botId, callerId, ...rest }: ConversationEntry) {
  return { bot: botId, ...rest, key: callerId ?? '', given: callerId === undefined };
}

/** `url` is what callers can open; the bot's own link stands beside it where that is another. */
function renderMedia({ kept, ...media }: Media, linkOf: LinkOf) {
  const url = linkOf({ url: media.url, ...(kept === undefined ? {} : { kept }) });
  return url === media.url ? media : { ...media, url, sourceUrl: media.url };
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? '';
}
