/** One account's door to the real Discord, or to anything that speaks its protocol. */
import type { Clock } from '../core/clock.ts';
import type { DiscordPort, Message, MessageDraft, Snowflake } from '../core/discord.ts';
import { GatewayError } from '../core/errors.ts';
import type { InteractionPort, StoredFile } from '../core/interaction.ts';
import type { Log } from '../core/log.ts';
import type { ByteRange, MediaFile } from '../core/media.ts';
import type { DiscordObserver } from '../core/observe.ts';
import type { AccountIdentity, AccountStatus } from './account.ts';
import { postToActivity } from './activity.ts';
import { type CdnAnswer, type DownloadLimits, downloadFromCdn, openOnCdn } from './cdn.ts';
import type { DiscordHosts } from './hosts.ts';
import { userAgentOf } from './identity.ts';
import { openExit } from './proxy.ts';
import { createRedact } from './redact.ts';
import { createChannelCalls } from './rest/channels.ts';
import { readCommands } from './rest/commands.ts';
import { nonsenseError } from './rest/errors.ts';
import { createInteract } from './rest/interactions.ts';
import { refreshLinks } from './rest/links.ts';
import { createMessageCalls } from './rest/messages.ts';
import { createRest, PATIENCE_MS } from './rest/rest.ts';
import { createUploads } from './rest/upload.ts';
import { awaitSessionId } from './session-id.ts';
import { checkedSnowflake } from './snowflake.ts';
import { createStatusBoard } from './status-board.ts';
import { createInteractionWatches, type InteractionWatches } from './watch/interaction-watches.ts';
import { createWatchers, type Watchers } from './watch/watchers.ts';
import { createSession } from './ws/session.ts';

export type { AccountIdentity, AccountStatus } from './account.ts';
export type { DownloadLimits } from './cdn.ts';
export type { DiscordHosts } from './hosts.ts';

/** How to make a client. */
export interface DiscordClientOptions {
  readonly account: AccountIdentity;
  readonly hosts: DiscordHosts;
  /** `http://`, `https://` or `socks5://`, credentials inside; default none. */
  readonly proxy?: string | null | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Numbers of [0, 1), for jitter; default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Called at every change of the status. */
  readonly onStatus?: ((status: AccountStatus) => void) | undefined;
  /** Whether the gateway compresses its stream; default true. */
  readonly compress?: boolean | undefined;
  /** Milliseconds for one try of a REST call; default 15,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Most REST calls a second; default 50, Discord's own limit; 0 = as many as the server's answers allow. */
  readonly requestsPerSecond?: number | undefined;
  /** Milliseconds that a REST call waits for Discord's limits in all; default 30,000. */
  readonly patienceMs?: number | undefined;
  /** Hears of calls, waits, heartbeats and reconnects. */
  readonly observer?: DiscordObserver | undefined;
}

/**
 * A `DiscordPort` and `InteractionPort` with a life: it connects, stays connected, and is closed. REST works without
 * `connect`, all but `interact`, which names the gateway session.
 */
export interface DiscordClient extends DiscordPort, InteractionPort {
  /** Logs in to the gateway and keeps the connection up from then on. Never throws; a second call does nothing. */
  connect(): void;
  /** Gives up the connection, if there is one, and makes a new one, as if Discord had asked for it (op 7). */
  reconnect(): void;
  readonly status: AccountStatus;
  /**
   * Resolves once the gateway connection is ready, at once when it is.
   * @throws GatewayError account_disabled, shutting_down; the signal's reason
   */
  whenReady(signal?: AbortSignal): Promise<void>;
  /** Ends the connection, all watches and all calls under way. */
  close(): Promise<void>;
  /** @throws GatewayError media_forbidden, media_invalid, media_unreachable */
  downloadFromCdn(url: string, limits: DownloadLimits, signal?: AbortSignal): Promise<MediaFile>;
  /** Begins to read a file. @throws GatewayError media_forbidden, media_unreachable */
  openOnCdn(url: string, range: ByteRange | undefined, signal: AbortSignal): Promise<CdnAnswer>;
}

/**
 * Makes the client of one account. Nothing happens on the network before the first call.
 * @throws TypeError when the proxy's address cannot be used
 */
export function createDiscordClient(options: DiscordClientOptions): DiscordClient {
  return new AccountClient(assemble(options));
}

/** Puts the parts of a client together. */
function assemble(options: DiscordClientOptions) {
  const { account, hosts, clock, log, observer, random = Math.random } = options;
  const exit = openExit(options.proxy);
  const redact = createRedact([account.token, exit.secret]);
  const outward = { hosts, dispatcher: exit.dispatcher, userAgent: userAgentOf(account), clock, redact };
  const common = { account, hosts, clock, log, redact, random, observer };
  const status = createStatusBoard(clock, options.onStatus);
  const rest = createRest({
    ...common,
    api: hosts.api,
    dispatcher: exit.dispatcher,
    timeoutMs: options.requestTimeoutMs,
    requestsPerSecond: options.requestsPerSecond,
    patienceMs: options.patienceMs,
    onDeadToken: (reason) => session.reject(reason),
  });
  const uploads = createUploads({ ...outward, rest });
  const messages = createMessageCalls(rest, account.kind === 'user' ? uploads : undefined);
  const channels = createChannelCalls(rest, clock);
  const watchers = createWatchers({ history: messages.history, clock, log, accountId: account.id });
  const interactions = createInteractionWatches();
  const user: { id: Snowflake } = { id: '' };
  const session = createSession(
    { ...common, agent: exit.socketAgent, compress: options.compress ?? true },
    {
      status(next) {
        status.post(next);
        tellWatchers(watchers, interactions, next, account.id);
      },
      dispatch(event, data, receivedAt) {
        watchers.dispatch(event, data, receivedAt);
        interactions.dispatch(event, data);
      },
      loggedIn(id) {
        user.id = id;
        watchers.recover();
      },
    },
  );
  const patienceMs = options.patienceMs ?? PATIENCE_MS;
  const login = { status, session, clock, patienceMs, accountId: account.id };
  const interact = createInteract(rest, (signal) => awaitSessionId(login, signal));
  const calls = { messages, channels, uploads, interact };
  return { ...calls, exit, outward, status, rest, watchers, interactions, session, user };
}

/** Whoever waits for messages must know when none can come. */
function tellWatchers(
  watchers: Watchers,
  interactions: InteractionWatches,
  { state, reason }: AccountStatus,
  accountId: string,
): void {
  if (state === 'reconnecting') watchers.tell({ type: 'reading-paused' });
  if (state === 'ready') watchers.tell({ type: 'reading-resumed' });
  if (state !== 'disabled') return;
  const why = (reason ?? 'Discord does not accept its token').replace(/\.$/, '');
  const error = new GatewayError('account_disabled', `The account "${accountId}" is disabled: ${why}.`);
  watchers.fail(error);
  interactions.fail(error);
}

class AccountClient implements DiscordClient {
  readonly watch: DiscordClient['watch'];
  readonly history: DiscordClient['history'];
  readonly createChannel: DiscordClient['createChannel'];
  readonly renameChannel: DiscordClient['renameChannel'];
  readonly deleteChannel: DiscordClient['deleteChannel'];
  readonly listChannels: DiscordClient['listChannels'];
  readonly openDirectChannel: DiscordClient['openDirectChannel'];
  readonly react: DiscordClient['react'];
  readonly interact: DiscordClient['interact'];
  readonly interactions: DiscordClient['interactions'];
  readonly commands: DiscordClient['commands'];
  readonly refreshLinks: DiscordClient['refreshLinks'];
  readonly postToActivity: DiscordClient['postToActivity'];
  readonly whenReady: DiscordClient['whenReady'];
  readonly connect: DiscordClient['connect'];
  readonly reconnect: DiscordClient['reconnect'];
  readonly #parts: ReturnType<typeof assemble>;

  constructor(parts: ReturnType<typeof assemble>) {
    const { channels, messages, outward, rest, session, status, watchers } = parts;
    this.#parts = parts;
    this.watch = watchers.watch;
    this.history = messages.history;
    this.createChannel = channels.create;
    this.renameChannel = channels.rename;
    this.deleteChannel = channels.remove;
    this.listChannels = channels.list;
    this.openDirectChannel = channels.openDirect;
    this.react = messages.react;
    this.interact = parts.interact;
    this.interactions = parts.interactions.watch;
    this.commands = (place, signal) => readCommands(rest, outward.clock, place, signal);
    this.refreshLinks = (urls, signal) => refreshLinks(rest, urls, signal);
    this.postToActivity = (...post) => postToActivity(outward, ...post);
    this.whenReady = status.whenReady;
    this.connect = session.start;
    this.reconnect = session.reconnect;
  }

  get userId(): Snowflake {
    return this.#parts.user.id;
  }

  get status(): AccountStatus {
    return this.#parts.status.current();
  }

  async send(channelId: Snowflake, draft: MessageDraft, signal?: AbortSignal): Promise<Message> {
    const message = await this.#parts.messages.send(channelId, draft, signal);
    this.#parts.watchers.sawMessage(message.id);
    // An account that only sends learns here who it is.
    if (this.#parts.user.id === '') this.#parts.user.id = message.author?.id ?? '';
    return message;
  }

  async store(channelId: Snowflake, file: MediaFile, signal?: AbortSignal): Promise<StoredFile> {
    const id = checkedSnowflake(channelId, 'channel id');
    const [stored] = await this.#parts.uploads.upload(id, [file], signal);
    if (!stored) throw nonsenseError('upload');
    return { filename: stored.filename, uploadedFilename: stored.uploaded_filename };
  }

  downloadFromCdn(url: string, limits: DownloadLimits, signal?: AbortSignal): Promise<MediaFile> {
    return downloadFromCdn(this.#parts.outward, url, limits, signal);
  }

  openOnCdn(url: string, range: ByteRange | undefined, signal: AbortSignal): Promise<CdnAnswer> {
    return openOnCdn(this.#parts.outward, url, range, signal);
  }

  async close(): Promise<void> {
    const { exit, interactions, rest, session, watchers } = this.#parts;
    session.stop();
    rest.stop();
    watchers.close();
    interactions.close();
    await exit.close();
  }
}
