/** The second half of the in-memory port: interactions, commands, files and links, without any socket. */
import { randomBytes } from 'node:crypto';
import type {
  ActivityAnswer,
  ApplicationCommand,
  CommandPlace,
  Interaction,
  InteractionChange,
  InteractionPort,
  StoredFile,
} from '../core/interaction.ts';
import type { MediaFile } from '../core/media.ts';
import type { Actor } from './access.ts';
import { askActivity } from './activity.ts';
import { attempt } from './attempt.ts';
import { channelIndex, guildIndex } from './command-index.ts';
import { openDirectChannel } from './direct-channels.ts';
import { refusal } from './errors.ts';
import { isObject } from './form.ts';
import { submitInteraction } from './interaction-actions.ts';
import { asInteractionChange } from './interaction-change.ts';
import { refreshLinks } from './links.ts';
import { reserveUploads } from './message-actions.ts';
import type { WireObject } from './model.ts';
import { addReaction } from './reactions.ts';
import { streamOf } from './stream.ts';

/** What an account does with applications. Each port is a session of its own. */
export function interactionPort(actor: Actor): InteractionPort {
  const sessionId = randomBytes(16).toString('hex');
  return {
    interactions: (signal) => listen(actor, sessionId, signal),
    interact: (interaction, signal) =>
      attempt(signal, () => submitInteraction(actor, interactionBody(interaction, sessionId))),
    store: (channelId, file, signal) => attempt(signal, () => store(actor, channelId, file)),
    commands: (place, signal) => attempt(signal, () => readCommands(actor, place)),
    openDirectChannel: (userId, signal) =>
      attempt(signal, () => openDirectChannel(actor, { recipients: [userId] }).id),
    react: (channelId, messageId, emoji, signal) =>
      attempt(signal, () => addReaction(actor, channelId, messageId, emoji)),
    refreshLinks: (urls, signal) => attempt(signal, () => signAnew(actor, urls)),
    postToActivity: (applicationId, path, body, signal) =>
      attempt(signal, () => post(actor, applicationId, path, body)),
  };
}

function listen(actor: Actor, sessionId: string, signal: AbortSignal): AsyncIterable<InteractionChange> {
  return streamOf(actor.world, signal, ({ name, sessionId: to, data }) => {
    const isMine = to === sessionId && data !== undefined && !actor.account.revoked;
    return isMine ? asInteractionChange(name, data) : undefined;
  });
}

/** The body of POST /interactions as Discord's own client sends it. */
function interactionBody(interaction: Interaction, sessionId: string): WireObject {
  const { applicationId, guildId, channelId, nonce } = interaction;
  const common = {
    application_id: applicationId,
    ...(guildId === undefined ? {} : { guild_id: guildId }),
    channel_id: channelId,
    session_id: sessionId,
    nonce,
  };
  if (interaction.type === 'command') return { ...common, type: 2, data: commandData(interaction) };
  if (interaction.type === 'component') {
    const { messageId, messageFlags, customId, values } = interaction;
    const menu = values && { type: 3, values: [...values] };
    const data = { component_type: values ? 3 : 2, custom_id: customId, ...menu };
    return { ...common, type: 3, message_id: messageId, message_flags: messageFlags, data };
  }
  const { modalId, customId, components } = interaction;
  return { ...common, type: 5, data: { id: modalId, custom_id: customId, components } };
}

function commandData({
  command,
  options,
  files = [],
}: Extract<Interaction, { type: 'command' }>): WireObject {
  const attachments = files.map(({ filename, uploadedFilename }, position) => ({
    id: String(position),
    filename,
    uploaded_filename: uploadedFilename,
  }));
  const { id, version, name, type } = command;
  return { id, version, name, type, options, attachments };
}

function store(actor: Actor, channelId: string, file: MediaFile): StoredFile {
  const wanted = { id: '0', filename: file.name, file_size: file.bytes.length };
  const [reserved] = reserveUploads(actor, channelId, { files: [wanted] });
  const uploadedFilename = String(reserved?.upload_filename);
  const slot = actor.world.files.slot(uploadedFilename);
  if (!slot) throw refusal.uploadNotFound();
  slot.bytes = file.bytes;
  slot.contentType = file.contentType;
  return { filename: slot.filename, uploadedFilename };
}

function readCommands(actor: Actor, place: CommandPlace): ApplicationCommand[] {
  const index = 'guildId' in place ? guildIndex(actor, place.guildId) : channelIndex(actor, place.channelId);
  const listed = Array.isArray(index.application_commands) ? index.application_commands : [];
  return listed.filter(isObject).map((command) => ({
    id: String(command.id),
    application_id: String(command.application_id),
    version: String(command.version),
    name: String(command.name),
    type: Number(command.type),
    options: (Array.isArray(command.options) ? command.options.filter(isObject) : []).map((option) => ({
      ...option,
      type: Number(option.type),
      name: String(option.name),
    })),
  }));
}

function signAnew(actor: Actor, urls: readonly string[]): ReadonlyMap<string, string> {
  if (urls.length === 0) return new Map();
  const links = refreshLinks(actor, { attachment_urls: [...urls] });
  return new Map(links.flatMap(({ original, refreshed }) => (refreshed ? [[original, refreshed]] : [])));
}

function post(actor: Actor, applicationId: string, path: string, body: unknown): ActivityAnswer {
  const answer = askActivity(actor.world, applicationId, 'POST', path, structuredClone(body));
  if (!answer) return { status: 404, body: '{"message":"Not Found"}' };
  const { status, body: said } = answer;
  return { status, body: typeof said === 'string' ? said : JSON.stringify(said ?? null) };
}
