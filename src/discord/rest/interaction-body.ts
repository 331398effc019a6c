/** What `POST /interactions` is sent, for each thing that can be done (`docs/discord-user-protocol.md`). */
import type { Interaction, StoredFile } from '../../core/interaction.ts';

/** Types of interactions (Discord docs, "Interaction Type"). */
const COMMAND = 2;
const COMPONENT = 3;
const MODAL = 5;
/** Types of components (Discord docs, "Component Reference"). */
const BUTTON = 2;
const STRING_SELECT = 3;

type Of<Type extends Interaction['type']> = Extract<Interaction, { type: Type }>;

/**
 * The body, ready for JSON; what is undefined is left out there.
 * @param sessionId the gateway session that is to hear of the interaction
 */
export function interactionBody(interaction: Interaction, sessionId: string): object {
  switch (interaction.type) {
    case 'command':
      return commandBody(interaction, sessionId);
    case 'component':
      return componentBody(interaction, sessionId);
    case 'modal':
      return modalBody(interaction, sessionId);
  }
}

function commandBody(interaction: Of<'command'>, sessionId: string): object {
  const { command, options, files = [] } = interaction;
  return {
    type: COMMAND,
    application_id: interaction.applicationId,
    guild_id: interaction.guildId,
    channel_id: interaction.channelId,
    session_id: sessionId,
    nonce: interaction.nonce,
    data: {
      version: command.version,
      id: command.id,
      // The translated name is for people only.
      name: command.name_default ?? command.name,
      type: command.type,
      options,
      application_command: command,
      attachments: files.map(attachmentOf),
    },
    analytics_location: 'slash_ui',
  };
}

function attachmentOf(file: StoredFile, index: number): object {
  return { id: String(index), filename: file.filename, uploaded_filename: file.uploadedFilename };
}

function componentBody(interaction: Of<'component'>, sessionId: string): object {
  const { customId: custom_id, values } = interaction;
  return {
    type: COMPONENT,
    guild_id: interaction.guildId,
    channel_id: interaction.channelId,
    message_id: interaction.messageId,
    message_flags: interaction.messageFlags,
    application_id: interaction.applicationId,
    session_id: sessionId,
    nonce: interaction.nonce,
    data:
      values === undefined
        ? { component_type: BUTTON, custom_id }
        : { component_type: STRING_SELECT, custom_id, type: STRING_SELECT, values },
  };
}

function modalBody(interaction: Of<'modal'>, sessionId: string): object {
  return {
    type: MODAL,
    application_id: interaction.applicationId,
    channel_id: interaction.channelId,
    guild_id: interaction.guildId,
    session_id: sessionId,
    nonce: interaction.nonce,
    data: {
      id: interaction.modalId,
      custom_id: interaction.customId,
      components: interaction.components,
    },
  };
}
