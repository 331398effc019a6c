import type { WireObject } from './model.ts';

/** A refusal in Discord's shape: HTTP status, JSON code, message and, for forms, the nested `errors`. */
export class DiscordError extends Error {
  override readonly name = 'DiscordError';
  readonly status: number;
  readonly code: number;
  readonly errors: WireObject | undefined;

  constructor(status: number, code: number, message: string, errors?: WireObject) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  /** The JSON body (Discord docs, "Error Messages"). */
  body(): WireObject {
    const body = { message: this.message, code: this.code };
    return this.errors ? { ...body, errors: this.errors } : body;
  }
}

/** Every refusal the simulator knows (Discord docs, "JSON Error Codes"). */
export const refusal = {
  unauthorized: () => new DiscordError(401, 0, '401: Unauthorized'),
  notFound: () => new DiscordError(404, 0, '404: Not Found'),
  methodNotAllowed: () => new DiscordError(405, 0, '405: Method Not Allowed'),
  unknownApplication: () => new DiscordError(404, 10002, 'Unknown Application'),
  unknownChannel: () => new DiscordError(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new DiscordError(404, 10004, 'Unknown Guild'),
  unknownMember: () => new DiscordError(404, 10007, 'Unknown Member'),
  unknownMessage: () => new DiscordError(404, 10008, 'Unknown Message'),
  unknownUser: () => new DiscordError(404, 10013, 'Unknown User'),
  unknownEmoji: () => new DiscordError(400, 10014, 'Unknown Emoji'),
  unknownInteraction: () => new DiscordError(404, 10062, 'Unknown interaction'),
  unknownCommand: () => new DiscordError(404, 10063, 'Unknown application command'),
  onlyPeople: () => new DiscordError(403, 20001, 'Bots cannot use this endpoint'),
  onlyBots: () => new DiscordError(403, 20002, 'Only bots can use this endpoint'),
  tooManyChannels: () => new DiscordError(400, 30013, 'Maximum number of server channels reached (500)'),
  entityTooLarge: () => new DiscordError(413, 40005, 'Request entity too large'),
  missingAccess: () => new DiscordError(403, 50001, 'Missing Access'),
  foreignMessage: () => new DiscordError(403, 50005, 'Cannot edit a message authored by another user'),
  directChannel: () => new DiscordError(400, 50003, 'Cannot execute action on a DM channel'),
  emptyMessage: () => new DiscordError(400, 50006, 'Cannot send an empty message'),
  noTextChannel: () => new DiscordError(400, 50008, 'Cannot send messages in a non-text channel'),
  missingPermissions: () => new DiscordError(403, 50013, 'Missing Permissions'),
  wrongChannelType: () => new DiscordError(400, 50024, 'Cannot execute action on this channel type'),
  invalidRecipients: () => new DiscordError(400, 50033, 'Invalid Recipient(s)'),
  invalidJson: () => new DiscordError(400, 50109, 'The request body contains invalid JSON.'),
  uploadNotFound: () => new DiscordError(400, 50146, 'Uploaded file not found'),
  replyNeedsHistory: () =>
    new DiscordError(403, 160002, 'Cannot reply without permission to read message history'),
} as const;
