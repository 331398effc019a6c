/** A gateway service that lives in memory, behind the dialect of the Coze-Discord-Bridge. */
import type { Caller } from '../../../src/core/caller.ts';
import type { Chat, ChatRequest } from '../../../src/core/chat.ts';
import type { ConversationInfo } from '../../../src/core/conversation-service.ts';
import type { LatestAnswer } from '../../../src/core/driver.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import type { GatewayService } from '../../../src/core/gateway-service.ts';
import type { TaskService } from '../../../src/core/tasks.ts';
import type { HttpOptions } from '../../../src/http/app.ts';
import { createFakeTasks } from '../../support/fake-tasks.ts';
import { completed, delta, KEY, makeApp, type Script, says, serveApp } from '../support.ts';

export const ROOM: ConversationInfo = { name: 'room', channelId: '1201576967368085686', botId: 'coze' };

/** The half of the service that this dialect calls; the other half is never reached. */
export class FakeGateway implements Omit<GatewayService, keyof TaskService> {
  conversations: ConversationInfo[] = [ROOM];
  script: Script = says(delta('Hello'), delta(' world'), completed());
  latest: LatestAnswer | undefined;
  online = true;
  failedPings: string[] = [];
  /** Thrown by the next call of any method. */
  trouble: Error | undefined;
  readonly requests: ChatRequest[] = [];
  readonly callers: Caller[] = [];
  reconnects = 0;

  chat(request: ChatRequest): Chat {
    this.#enter(request.caller);
    this.requests.push(request);
    return { events: this.script(request), remember: () => undefined };
  }

  models = () => [];

  async createConversation(caller: Caller, name: string | undefined): Promise<ConversationInfo> {
    this.#enter(caller);
    if (this.#find(name ?? '')) throw new GatewayError('conversation_exists', 'It exists.');
    const made = {
      name: name ?? '0123456789abcdef',
      channelId: `99${this.conversations.length}`,
      botId: 'coze',
    };
    this.conversations.push(made);
    return made;
  }

  async findConversation(caller: Caller, nameOrId: string) {
    this.#enter(caller);
    return this.#find(nameOrId);
  }

  async listConversations(caller: Caller) {
    this.#enter(caller);
    return this.conversations;
  }

  async renameConversation(caller: Caller, nameOrId: string, newName: string) {
    this.#enter(caller);
    const renamed = { ...this.#get(nameOrId), name: newName };
    this.conversations = [renamed];
    return renamed;
  }

  async deleteConversation(caller: Caller, nameOrId: string) {
    this.#enter(caller);
    const gone = this.#get(nameOrId);
    this.conversations = this.conversations.filter((other) => other !== gone);
    return gone;
  }

  async latestAnswer(caller: Caller, nameOrId: string) {
    this.#enter(caller);
    this.#get(nameOrId);
    return this.latest;
  }

  isOnline(caller: Caller): boolean {
    this.#enter(caller);
    return this.online;
  }

  async keepalive(caller: Caller) {
    this.#enter(caller);
    return { pinged: [], failed: this.failedPings, notNeeded: ['coze'] };
  }

  async reconnect(caller: Caller): Promise<void> {
    this.#enter(caller);
    this.reconnects += 1;
  }

  botViews = () => [];

  async dailyUsage() {
    return [];
  }

  async surveyConversations() {
    return [];
  }

  async readConversation() {
    return [];
  }

  async usage() {
    return [];
  }

  #enter(caller: Caller): void {
    this.callers.push(caller);
    if (this.trouble) throw this.trouble;
  }

  #find(nameOrId: string): ConversationInfo | undefined {
    return this.conversations.find(({ name, channelId }) => name === nameOrId || channelId === nameOrId);
  }

  #get(nameOrId: string): ConversationInfo {
    const found = this.#find(nameOrId);
    if (!found) throw new GatewayError('conversation_not_found', `There is no "${nameOrId}".`);
    return found;
  }
}

/** An app with a fake gateway; the key of `../support.ts` is good. */
export function makeBridge(patch: Partial<HttpOptions> = {}) {
  const gateway = new FakeGateway();
  const { app, lines } = makeApp({ service: whole(gateway), ...patch });
  /** Calls with a good key in the header; a text is a body of that text, an object one of JSON. */
  const call = async (
    url: string,
    body?: string | object,
    headers: Record<string, string> = { key: KEY },
  ) => {
    const payload = typeof body === 'object' ? JSON.stringify(body) : body;
    return app.inject({ method: payload === undefined ? 'GET' : 'POST', url, headers, ...given(payload) });
  };
  return { app, gateway, lines, call };
}

const given = (payload: string | undefined) => (payload === undefined ? {} : { payload });

/** The same, listening on a free port. */
export async function serveBridge(patch: Partial<HttpOptions> = {}) {
  const gateway = new FakeGateway();
  return { gateway, ...(await serveApp({ service: whole(gateway), ...patch })), service: gateway };
}

/** With a task service beside it. */
function whole(gateway: FakeGateway): GatewayService {
  return Object.assign(gateway, createFakeTasks());
}

/** The events of a stream. */
export function eventsOf(raw: string): { code: number; message: string; data: Record<string, unknown> }[] {
  const frames = raw.split('\n\n').filter((frame) => frame.startsWith('data: '));
  return frames.map((frame) => JSON.parse(frame.slice(6)));
}

export const media = (url: string) => ({ type: 'media-ready', media: { url } }) as const;
