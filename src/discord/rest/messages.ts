import { FormData } from 'undici';
import {
  type HistoryRange,
  type Message,
  type MessageDraft,
  MOST_FILES,
  type Snowflake,
} from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { MediaFile } from '../../core/media.ts';
import { readMessage } from '../message-form.ts';
import { checkedSnowflake, compareSnowflakes } from '../snowflake.ts';
import { nonsenseError } from './errors.ts';
import type { Rest } from './rest.ts';
import type { UploadedFile, Uploads } from './upload.ts';

/** Sending and reading of messages. */
export interface MessageCalls {
  /** See `DiscordPort.send`. */
  send(channelId: Snowflake, draft: MessageDraft, signal?: AbortSignal): Promise<Message>;
  /** See `DiscordPort.history`. */
  history(channelId: Snowflake, range: HistoryRange, signal?: AbortSignal): Promise<Message[]>;
  /** See `InteractionPort.react`. */
  react(channelId: Snowflake, messageId: Snowflake, emoji: string, signal?: AbortSignal): Promise<void>;
}

const TEMPLATE = '/channels/{id}/messages';
const REACTION_TEMPLATE = `${TEMPLATE}/{id}/reactions/{emoji}/@me`;
/** Discord docs, "Allowed Mentions Object". */
const MOST_MENTIONS = 100;
const USUAL_PAGE = 50;
const LARGEST_PAGE = 100;

/** @param uploads how a user account attaches files; bots send them with the message */
export function createMessageCalls(rest: Rest, uploads: Uploads | undefined): MessageCalls {
  return {
    async send(channelId, draft, signal) {
      const id = checkedSnowflake(channelId, 'channel id');
      const files = draft.files ?? [];
      if (files.length > MOST_FILES) {
        throw new GatewayError('invalid_request', `A message takes at most ${MOST_FILES} files.`);
      }
      const uploaded = files.length > 0 && uploads ? await uploads.upload(id, files, signal) : undefined;
      const body = messageBody(draft, uploaded ?? files.map(attachmentOf));
      const answer = await rest.call(
        {
          method: 'POST',
          path: `/channels/${id}/messages`,
          template: TEMPLATE,
          major: id,
          // The nonce makes it safe: Discord answers a repeat with the message that is there already.
          repeatable: true,
          ...(files.length > 0 && !uploaded ? { form: formOf(body, files) } : { json: body }),
        },
        signal,
      );
      return readMessage(answer) ?? refuseNonsense();
    },
    async history(channelId, range, signal) {
      const id = checkedSnowflake(channelId, 'channel id');
      const limit = Math.min(LARGEST_PAGE, Math.max(1, Math.trunc(range.limit ?? USUAL_PAGE)));
      const after = range.after === undefined ? '' : `&after=${checkedSnowflake(range.after, 'message id')}`;
      const answer = await rest.call(
        {
          method: 'GET',
          path: `/channels/${id}/messages?limit=${limit}${after}`,
          template: TEMPLATE,
          major: id,
          repeatable: true,
        },
        signal,
      );
      if (!Array.isArray(answer)) throw nonsenseError(`GET ${TEMPLATE}`);
      return inOrder(answer);
    },
    async react(channelId, messageId, emoji, signal) {
      const channel = checkedSnowflake(channelId, 'channel id');
      const message = checkedSnowflake(messageId, 'message id');
      const where = `/channels/${channel}/messages/${message}/reactions/${encodeURIComponent(emoji)}/@me`;
      await rest.call(
        {
          method: 'PUT',
          // An ordinary reaction (type 0) given at the message, as Discord's own client says it.
          path: `${where}?location=Message&type=0`,
          template: REACTION_TEMPLATE,
          major: channel,
          repeatable: true,
        },
        signal,
      );
    },
  };
}

function refuseNonsense(): never {
  throw nonsenseError(`POST ${TEMPLATE}`);
}

/** What of a page can be used, oldest first. */
function inOrder(page: readonly unknown[]): Message[] {
  const messages = page.flatMap((entry) => readMessage(entry) ?? []);
  return messages.sort((left, right) => compareSnowflakes(left.id, right.id));
}

function messageBody(draft: MessageDraft, attachments: readonly object[]): object {
  return {
    content: draft.content,
    nonce: draft.nonce,
    enforce_nonce: true,
    allowed_mentions: { parse: [], users: draft.mentionUserIds.slice(0, MOST_MENTIONS) },
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

function attachmentOf(file: MediaFile, index: number): Omit<UploadedFile, 'uploaded_filename'> {
  return { id: String(index), filename: file.name };
}

/** Discord docs, "Uploading Files". */
function formOf(body: object, files: readonly MediaFile[]): FormData {
  const form = new FormData();
  form.set('payload_json', JSON.stringify(body));
  files.forEach((file, index) => {
    const blob = new Blob([new Uint8Array(file.bytes)], { type: file.contentType });
    form.set(`files[${index}]`, blob, file.name);
  });
  return form;
}
