/** What accounts do with messages: checked, then done in the world. REST and the in-memory port both call these. */
import { type Actor, may, requireChannel, requireId, requireLogin, requireMessage } from './access.ts';
import { refusal } from './errors.ts';
import type { SimFile } from './files.ts';
import { Form } from './form.ts';
import { type AttachmentEntry, failUnknownReply, type MessageForm, readMessageForm } from './message-form.ts';
import {
  createMessage,
  deleteMessage,
  editMessage,
  type MessageRange,
  readMessages,
  startTyping,
} from './messages.ts';
import type { SimAttachment, SimChannel, SimMessage, WireObject } from './model.ts';

/** A file that came inside the request, with its number in `files[n]`. */
export interface SentFile {
  readonly id: string;
  readonly file: SimFile;
}

/** For how long a nonce is remembered: Discord's documents say "the past few minutes". */
const NONCE_MEMORY_MS = 5 * 60_000;
/** Largest file of accounts and guilds without a subscription. */
const FILE_LIMIT_BYTES = 10 * 1024 * 1024;

/** Create Message. */
export function postMessage(
  actor: Actor,
  channelId: string,
  body: WireObject,
  files: readonly SentFile[] = [],
): SimMessage {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId, 'SEND_MESSAGES');
  if (![0, 1, 5].includes(channel.type)) throw refusal.noTextChannel();
  const form = new Form(body);
  const fields = readMessageForm(form);
  checkReply(actor, channel, form, fields);
  form.done();
  const earlier = fields.enforceNonce ? sentBefore(actor, fields.nonce) : undefined;
  if (earlier) return earlier;
  const attachments = attachFiles(actor, channel, fields.attachments, files);
  const embeds = actor.account.kind === 'bot' && may(actor, channel, 'EMBED_LINKS') ? fields.embeds : [];
  const components = actor.account.kind === 'bot' ? fields.components : [];
  const empty = !fields.content?.trim() && !attachments.length && !embeds.length && !components.length;
  if (empty) throw refusal.emptyMessage();
  const message = createMessage(actor.world, channel, {
    ...fields,
    attachments,
    embeds,
    components,
    authorId: actor.account.userId,
  });
  if (fields.enforceNonce) remember(actor, message);
  return message;
}

/** Edit Message: only one's own. */
export function patchMessage(
  actor: Actor,
  channelId: string,
  messageId: string,
  body: WireObject,
  files: readonly SentFile[] = [],
): SimMessage {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId);
  const message = requireMessage(actor, channel, messageId);
  const form = new Form(body);
  const fields = readMessageForm(form);
  form.done();
  if (message.authorId !== actor.account.userId) throw refusal.foreignMessage();
  const kept = keptAttachments(message, body, fields.attachments);
  const added = attachFiles(actor, channel, fields.attachments, files);
  const content = body.content === undefined ? message.content : (fields.content ?? '');
  const embeds = body.embeds === undefined ? message.embeds : fields.embeds;
  const components = body.components === undefined ? message.components : fields.components;
  const attachments = [...kept, ...added];
  if (!content.trim() && !attachments.length && !embeds.length && !components.length)
    throw refusal.emptyMessage();
  return editMessage(actor.world, message, {
    content,
    embeds,
    components,
    attachments,
    allowedMentions: fields.allowedMentions,
  });
}

/** Delete Message: one's own, or anybody's with MANAGE_MESSAGES. */
export function removeMessage(actor: Actor, channelId: string, messageId: string): void {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId);
  const message = requireMessage(actor, channel, messageId);
  if (message.authorId !== actor.account.userId && !may(actor, channel, 'MANAGE_MESSAGES')) {
    throw refusal.missingPermissions();
  }
  deleteMessage(actor.world, message);
}

/** Get Channel Messages, newest first; empty without READ_MESSAGE_HISTORY. */
export function listMessages(actor: Actor, channelId: string, query: WireObject): SimMessage[] {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId);
  const form = new Form(query);
  const range: MessageRange = {
    limit: form.integer('limit', { min: 1, max: 100 }) ?? 50,
    before: form.id('before'),
    after: form.id('after'),
    around: form.id('around'),
  };
  form.done();
  return may(actor, channel, 'READ_MESSAGE_HISTORY') ? readMessages(channel, range) : [];
}

/** Get Channel Message. */
export function getMessage(actor: Actor, channelId: string, messageId: string): SimMessage {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId);
  if (!may(actor, channel, 'READ_MESSAGE_HISTORY')) throw refusal.missingAccess();
  return requireMessage(actor, channel, requireId('message_id', messageId));
}

/** Trigger Typing Indicator. */
export function showTyping(actor: Actor, channelId: string): void {
  requireLogin(actor);
  startTyping(actor.world, requireChannel(actor, channelId, 'SEND_MESSAGES'), actor.account.userId);
}

/** Opens upload slots as user clients ask for them: POST /channels/{id}/attachments. */
export function reserveUploads(actor: Actor, channelId: string, body: WireObject): WireObject[] {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId, 'SEND_MESSAGES', 'ATTACH_FILES');
  const form = new Form(body);
  const wanted = form.objects('files', 10);
  for (const [position, entry] of wanted.entries()) {
    if (typeof entry.filename !== 'string' || entry.filename === '') {
      form.fail(['files', position, 'filename'], 'BASE_TYPE_REQUIRED', 'This field is required');
    }
    if (!Number.isInteger(Number(entry.file_size ?? Number.NaN))) {
      form.fail(['files', position, 'file_size'], 'BASE_TYPE_REQUIRED', 'This field is required');
    }
  }
  if (wanted.length === 0) form.fail(['files'], 'BASE_TYPE_REQUIRED', 'This field is required');
  form.done();
  if (wanted.some((entry) => Number(entry.file_size) > FILE_LIMIT_BYTES)) throw refusal.entityTooLarge();
  return wanted.map((entry, position) => {
    const size = Number(entry.file_size);
    const slot = actor.world.files.reserve(actor.account.userId, channel.id, String(entry.filename), size);
    return {
      id: Number(entry.id ?? position),
      upload_url: actor.world.files.uploadUrl(slot),
      upload_filename: slot.uploadFilename,
    };
  });
}

function checkReply(actor: Actor, channel: SimChannel, form: Form, fields: MessageForm): void {
  if (!fields.replyTo) return;
  if (!may(actor, channel, 'READ_MESSAGE_HISTORY')) throw refusal.replyNeedsHistory();
  if (fields.failIfNotExists && !actor.world.findMessage(channel.id, fields.replyTo)) failUnknownReply(form);
}

function attachFiles(
  actor: Actor,
  channel: SimChannel,
  entries: readonly AttachmentEntry[],
  sent: readonly SentFile[],
): SimAttachment[] {
  const { world, account } = actor;
  const inline = sent.map(({ id, file }) => {
    const entry = entries.find((candidate) => candidate.id === id);
    return {
      ...file,
      filename: entry?.filename ?? file.filename,
      description: entry?.description ?? file.description,
    };
  });
  const slots = entries.flatMap((entry) => entry.uploadedFilename ?? []);
  if (inline.length + slots.length === 0) return [];
  if (!may(actor, channel, 'ATTACH_FILES')) throw refusal.missingPermissions();
  const uploaded = slots.map((name) => {
    const file = world.files.collect(name, account.userId);
    if (!file) throw refusal.uploadNotFound();
    return file;
  });
  const files = [...inline, ...uploaded];
  if (files.some((file) => file.bytes.length > FILE_LIMIT_BYTES)) throw refusal.entityTooLarge();
  return files.map((file) => world.files.attach(channel.id, world.newId(), file));
}

/** An edit that names `attachments` keeps only those it names (Discord docs, "Edit Message"). */
function keptAttachments(message: SimMessage, body: WireObject, entries: readonly AttachmentEntry[]) {
  if (body.attachments === undefined) return message.attachments;
  return message.attachments.filter((attachment) => entries.some((entry) => entry.id === attachment.id));
}

function sentBefore(actor: Actor, nonce: string | number | undefined): SimMessage | undefined {
  const known = nonce === undefined ? undefined : actor.world.nonces.get(nonceKey(actor, nonce));
  if (!known || actor.world.clock.now() - known.at > NONCE_MEMORY_MS) return undefined;
  return known.message;
}

function remember(actor: Actor, message: SimMessage): void {
  if (message.nonce === undefined) return;
  const { nonces, clock } = actor.world;
  nonces.set(nonceKey(actor, message.nonce), { message, at: clock.now() });
  for (const [key, { at }] of nonces) {
    // Oldest first: the first one that is young enough ends the search.
    if (clock.now() - at <= NONCE_MEMORY_MS) break;
    nonces.delete(key);
  }
}

function nonceKey(actor: Actor, nonce: string | number): string {
  return `${actor.account.userId}:${nonce}`;
}
