/**
 * The one error type of the product. Every failure that a caller can see is a `GatewayError` with a code of
 * the table below; each HTTP dialect renders it in its own shape. `docs/errors.md` is kept in step by a test.
 */

/** What is fixed for one error code: HTTP status, whether a repeat can help, and one line for the documents. */
export interface ErrorKind {
  /** HTTP status for dialects that use real status codes. */
  readonly status: number;
  /** True when the same request may succeed later without any change by the caller. */
  readonly retryable: boolean;
  /** One line for docs/errors.md: what the code means. */
  readonly meaning: string;
  /** One line for docs/errors.md and the default `hint`: what to do now. */
  readonly remedy: string;
}

const kind = (status: number, retryable: boolean, meaning: string, remedy: string): ErrorKind => ({
  status,
  retryable,
  meaning,
  remedy,
});

/** Every error code of the product, with what is fixed for it. */
export const ERROR_KINDS = {
  invalid_request: kind(400, false, 'The request is malformed.', 'Correct the field the message names.'),
  unsupported_parameter: kind(
    400,
    false,
    'The request insists on something a Discord bot cannot do.',
    'Leave the named parameter out.',
  ),
  media_invalid: kind(
    400,
    false,
    'A picture or file of the request cannot be used.',
    'Send a png, jpeg, webp or gif within the size limit.',
  ),
  media_unreachable: kind(
    400,
    false,
    'A link of the request could not be fetched.',
    'Check the link, or send the file as base64.',
  ),
  media_forbidden: kind(
    400,
    false,
    'A link of the request points to a private address.',
    'Use a public link, or add the network to webhooks.allowPrivate.',
  ),
  missing_key: kind(401, false, 'No API key was given.', 'Send the key as "Authorization: Bearer KEY".'),
  invalid_key: kind(401, false, 'The API key is not known.', 'Use a key of auth.keys in cordgate.yaml.'),
  bot_not_allowed: kind(
    403,
    false,
    'The key may not use this bot.',
    'Add the bot to the bots of this key in auth.keys, or use another key.',
  ),
  address_not_allowed: kind(
    403,
    false,
    'The caller’s address is not on the allow list.',
    'Add the address to server.allowIps.',
  ),
  admin_only: kind(403, false, 'The key is not an admin key.', 'Use a key with admin: true.'),
  not_found: kind(404, false, 'There is no such path.', 'Check the base URL and the path.'),
  model_not_found: kind(
    404,
    false,
    'No bot offers this model.',
    'Choose one of GET /v1/models, or add the model to a bot.',
  ),
  task_not_found: kind(404, false, 'There is no task of this id.', 'Use the id that the submission gave.'),
  account_not_found: kind(404, false, 'There is no such account.', 'Use a name of accounts[].id.'),
  conversation_not_found: kind(404, false, 'There is no conversation of this name.', 'Create it first.'),
  method_not_allowed: kind(405, false, 'The path does not take this method.', 'Use the documented method.'),
  conversation_exists: kind(
    409,
    false,
    'A conversation of this name exists already.',
    'Choose another name, or use the one that exists.',
  ),
  conversation_given: kind(
    409,
    false,
    'The conversation is set in the configuration; callers cannot rename or delete it.',
    'Change bots[].conversations in cordgate.yaml.',
  ),
  parent_unfinished: kind(
    409,
    false,
    'The task to go on from has not succeeded.',
    'Wait until it has, or choose another one.',
  ),
  action_not_offered: kind(
    400,
    false,
    'The finished task does not offer this action.',
    'Choose one of the buttons that its status lists.',
  ),
  prompt_refused: kind(
    400,
    false,
    'The prompt was refused: by the list of banned words, or by the bot’s own moderation.',
    'Word the prompt differently.',
  ),
  body_too_large: kind(413, false, 'The request body is too large.', 'Send less, or smaller pictures.'),
  queue_full: kind(
    429,
    true,
    'A waiting line is full.',
    'Send fewer requests at a time, or raise the limit that the message names.',
  ),
  channels_full: kind(
    429,
    true,
    'The bot holds as many channels as it may.',
    'Delete conversations, or raise maxChannels of the bot (Discord allows 500 channels per guild).',
  ),
  account_limited: kind(
    429,
    true,
    'Every sending account has used up its share of messages.',
    'Wait for the reset, or add another account to send.',
  ),
  too_many_requests: kind(
    429,
    true,
    'The key or the address asks more often than it may.',
    'Wait for as long as Retry-After says, or raise the limit that the message names.',
  ),
  too_many_streams: kind(
    429,
    true,
    'As many answers are streamed as the gateway may stream at a time.',
    'Try again when others have ended, or raise server.limits.streams.',
  ),
  key_not_found: kind(
    404,
    false,
    'There is no key of this name.',
    'Use a name that GET /admin/api/keys lists.',
  ),
  rate_limited: kind(429, true, 'Discord asks to slow down.', 'Wait for as long as Retry-After says.'),
  slow_down: kind(429, true, 'The bot asks to wait before the same action.', 'Wait, then try again.'),
  bot_exhausted: kind(
    429,
    true,
    'The credits that the bot’s developer pays for are used up.',
    'Wait for the reset, or add another Coze bot to botUserIds.',
  ),
  internal: kind(500, false, 'A fault inside cordgate.', 'Report it with the request id of the log.'),
  bot_failed: kind(502, true, 'The bot answered with an error text of its own.', 'Try again.'),
  command_missing: kind(
    502,
    false,
    'The bot does not offer the command in this place.',
    'Check that the bot is in the guild of the room, and that its makers still run it.',
  ),
  command_outdated: kind(
    502,
    true,
    'Discord says that the command has changed.',
    'Try again: the commands are read anew.',
  ),
  parent_gone: kind(
    410,
    false,
    'What the action needs is gone: the message, or the account that made it.',
    'Start again from a new picture.',
  ),
  not_repeatable: kind(
    409,
    false,
    'The task cannot be submitted again: the pictures that came with it are not kept.',
    'Submit it anew, with its pictures.',
  ),
  key_exists: kind(
    409,
    false,
    'There is a key of this name already.',
    'Choose another name, or change that key.',
  ),
  key_given: kind(
    409,
    false,
    'The key is set in the configuration; it is changed there.',
    'Change auth.keys in cordgate.yaml.',
  ),
  task_stopped: kind(409, false, 'The task was cancelled.', 'Submit it again if it is still wanted.'),
  discord_refused: kind(
    502,
    false,
    'Discord refused a call of the gateway.',
    'Run "cordgate check"; the message carries Discord’s own code.',
  ),
  discord_unreachable: kind(
    502,
    true,
    'Discord could not be reached.',
    'Check the network and discord.proxy.',
  ),
  human_required: kind(
    503,
    true,
    'Discord or the bot asks for a person.',
    'Log in to Discord with this account, answer the check, then enable the account again.',
  ),
  account_disabled: kind(
    503,
    false,
    'The account’s token is not valid any more, or the operator switched it off.',
    'Give the account a new token, in the web interface or in cordgate.yaml: no restart is needed.',
  ),
  no_account: kind(
    503,
    true,
    'No account can take the task now.',
    'See /client/online for the reason of each account.',
  ),
  account_offline: kind(
    503,
    true,
    'The account that reads the replies is not connected to Discord.',
    'Wait for the reconnect; "cordgate check" finds the cause.',
  ),
  bot_busy: kind(503, true, 'The bot says that it is overloaded.', 'Try again a little later.'),
  queue_timeout: kind(
    503,
    true,
    'The request waited too long for its turn.',
    'Try again, or raise the limits.',
  ),
  store_unavailable: kind(
    503,
    true,
    'The store does not answer; nothing was taken.',
    'Try again in a moment; the gateway goes on by itself once the store answers.',
  ),
  shutting_down: kind(503, true, 'The gateway is stopping.', 'Try again in a moment.'),
  answer_timeout: kind(
    504,
    true,
    'The bot did not begin to answer within deadlineMs.',
    'Run "cordgate check": the bot may be offline, or ignore this author.',
  ),
  task_timeout: kind(
    504,
    true,
    'The task did not end in time.',
    'Look at the channel on Discord; raise timeoutMinutes if the bot is slow.',
  ),
  discord_timeout: kind(504, true, 'Discord did not answer in time.', 'Try again; check the network.'),
} as const satisfies Record<string, ErrorKind>;

/** A code of the error table. */
export type ErrorCode = keyof typeof ERROR_KINDS;

/** What a `GatewayError` may carry beside its code and message. */
export interface ErrorDetails {
  /** What to do now; the table's remedy when left out. */
  readonly hint?: string;
  /** Name of the request field at fault, as the caller wrote it (`messages[0].content`). */
  readonly param?: string;
  /** Milliseconds after which a repeat makes sense. */
  readonly retryAfterMs?: number;
  /** The error that caused this one; never rendered to callers. */
  readonly cause?: unknown;
}

/** A failure with a code, a status, a message for the caller and a hint what to do. Holds no secret. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly hint: string;
  readonly param: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const fixed: ErrorKind = ERROR_KINDS[code];
    this.code = code;
    this.status = fixed.status;
    this.retryable = fixed.retryable;
    this.hint = details.hint ?? fixed.remedy;
    this.param = details.param;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Gives back a `GatewayError` as it is, and wraps anything else as code `internal` with the original as cause. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('internal', 'The gateway failed in an unforeseen way.', { cause: error });
}
