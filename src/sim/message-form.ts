/** Reads the body of "Create Message" and "Edit Message" (Discord docs, "Message Resource"). */
import { type Form, isObject } from './form.ts';
import type { WireObject } from './model.ts';
import { isSnowflake } from './snowflake.ts';

/** Longest content, in characters, for bots and users alike. */
const CONTENT_LIMIT = 2000;
/** Longest nonce. */
const NONCE_LIMIT = 25;
const FILES_LIMIT = 10;
const EMBEDS_LIMIT = 10;
const COMPONENT_ROWS_LIMIT = 5;

/** One entry of `attachments`. */
export interface AttachmentEntry {
  readonly id: string;
  readonly filename: string | undefined;
  readonly description: string | undefined;
  readonly uploadedFilename: string | undefined;
}

/** A body that was read. */
export interface MessageForm {
  readonly content: string | undefined;
  readonly nonce: string | number | undefined;
  readonly enforceNonce: boolean;
  readonly tts: boolean;
  readonly flags: number;
  readonly embeds: WireObject[];
  readonly components: WireObject[];
  readonly allowedMentions: WireObject | undefined;
  readonly attachments: AttachmentEntry[];
  readonly replyTo: string | undefined;
  readonly failIfNotExists: boolean;
}

/** Reads all fields and notes what is wrong with them in the form. */
export function readMessageForm(form: Form): MessageForm {
  const reference = form.object('message_reference');
  const replyTo = reference && readReplyTo(form, reference);
  return {
    content: form.text('content', { max: CONTENT_LIMIT }),
    nonce: readNonce(form),
    enforceNonce: form.flag('enforce_nonce') ?? false,
    tts: form.flag('tts') ?? false,
    flags: form.integer('flags', { min: 0, max: 2 ** 31 - 1 }) ?? 0,
    embeds: readEmbeds(form),
    components: form.objects('components', COMPONENT_ROWS_LIMIT),
    allowedMentions: readAllowedMentions(form),
    attachments: readAttachments(form),
    replyTo,
    failIfNotExists: reference?.fail_if_not_exists !== false,
  };
}

/** Discord turns an unknown reply target into an error of the form. */
export function failUnknownReply(form: Form): void {
  form.fail(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
}

function readReplyTo(form: Form, reference: WireObject): string | undefined {
  const id = reference.message_id;
  if (isSnowflake(id)) return id;
  if (id === undefined || id === null) {
    form.fail(['message_reference', 'message_id'], 'BASE_TYPE_REQUIRED', 'This field is required');
  } else {
    const message = `Value "${String(id)}" is not snowflake.`;
    form.fail(['message_reference', 'message_id'], 'NUMBER_TYPE_COERCE', message);
  }
  return undefined;
}

function readNonce(form: Form): string | number | undefined {
  const nonce = form.body.nonce;
  if (typeof nonce === 'number') return nonce;
  return form.text('nonce', { max: NONCE_LIMIT });
}

function readEmbeds(form: Form): WireObject[] {
  const single = form.body.embed;
  const embeds = form.objects('embeds', EMBEDS_LIMIT);
  const all = embeds.length === 0 && isObject(single) ? [single] : embeds;
  return all.map((embed) => ({ type: 'rich', ...embed }));
}

function readAllowedMentions(form: Form): WireObject | undefined {
  const allowed = form.object('allowed_mentions');
  if (!allowed) return undefined;
  for (const kind of ['users', 'roles'] as const) {
    const listed = allowed[kind];
    if (!Array.isArray(listed) || listed.length === 0) continue;
    if (listed.length > 100) {
      form.fail(['allowed_mentions', kind], 'BASE_TYPE_MAX_LENGTH', 'Must be 100 or fewer in length.');
    }
    if (Array.isArray(allowed.parse) && allowed.parse.includes(kind)) {
      const message = `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`;
      form.fail(['allowed_mentions'], 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', message);
    }
  }
  return allowed;
}

function readAttachments(form: Form): AttachmentEntry[] {
  return form.objects('attachments', FILES_LIMIT).map((entry, position) => {
    if (entry.id === undefined || entry.id === null) {
      form.fail(['attachments', position, 'id'], 'BASE_TYPE_REQUIRED', 'This field is required');
    }
    return {
      id: String(entry.id),
      filename: optionalText(entry.filename),
      description: optionalText(entry.description),
      uploadedFilename: optionalText(entry.uploaded_filename),
    };
  });
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
