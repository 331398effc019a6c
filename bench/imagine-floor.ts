/**
 * The floor of drawing: the least that a relay between Midjourney and an HTTP client can do, without any of the
 * gateway's promises. It passes prompts on, follows their messages, and keeps all tasks in a Map.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { WebSocket } from 'ws';
import { MIDJOURNEY_PATH } from './imagine-setting.ts';
import { childOptions, serveParent } from './measured.ts';

const options = childOptions<{
  api: string;
  gateway: string;
  tokens: string[];
  botUserId: string;
  guildId: string;
  channelId: string;
}>();
const { origin, pathname } = new URL(options.api);
const discord = new Agent();
const tasks = new Map<string, ReturnType<typeof newTask>>();
const byNonce = new Map<string, ReturnType<typeof newTask>>();
const byMessage = new Map<string, ReturnType<typeof newTask>>();
const byPrompt = new Map<string, ReturnType<typeof newTask>>();
const sessions: { token: string; sessionId: string }[] = [];
let ids = 1_400_000_000_000_000_000n;
let command: { id: string; version: string };

for (const token of options.tokens) logIn(token);

function logIn(token: string): void {
  let sequence: number | null = null;
  const socket = new WebSocket(`${options.gateway}/?v=9&encoding=json`, { perMessageDeflate: false });
  socket.on('message', (data) => {
    const { op, t, s, d } = JSON.parse(String(data));
    if (typeof s === 'number') sequence = s;
    if (op === 10) {
      setInterval(() => socket.send(JSON.stringify({ op: 1, d: sequence })), d.heartbeat_interval);
      const properties = { os: 'linux', browser: 'floor', device: 'floor' };
      socket.send(JSON.stringify({ op: 2, d: { token, capabilities: 16125, properties } }));
    } else if (t === 'MESSAGE_CREATE' || t === 'MESSAGE_UPDATE') show(d);
    else if (t === 'READY') {
      sessions.push({ token, sessionId: d.session_id });
      if (sessions.length === options.tokens.length) void listen();
    }
  });
}

/** A final is a new message of its own: it is found by the prompt, which stands between two pairs of asterisks. */
function show(message: {
  id: string;
  nonce?: string;
  author: { id: string };
  content: string;
  attachments: { url: string; width: number; height: number }[];
  components: { components: unknown[] }[];
}): void {
  if (message.author.id !== options.botUserId) return;
  const task =
    byNonce.get(message.nonce ?? '') ?? byMessage.get(message.id) ?? byPrompt.get(promptOf(message));
  if (!task || task.status === 'SUCCESS') return;
  const percent = /\((\d+)%\)/.exec(message.content)?.[1];
  task.imageUrl = message.attachments[0]?.url ?? null;
  if (percent === undefined && message.attachments.length > 0) {
    byMessage.delete(task.messageId);
    byNonce.delete(task.nonce);
    byPrompt.delete(task.prompt);
    task.buttons = message.components.flatMap(({ components }) => components);
    Object.assign(task, { status: 'SUCCESS', progress: '100%', finishTime: Date.now() });
  } else {
    byMessage.set(message.id, task);
    Object.assign(task, { status: 'IN_PROGRESS', progress: `${percent ?? 0}%` });
  }
  task.messageId = message.id;
}

function promptOf({ content }: { content: string }): string {
  return /^\*\*(.*?)(?: --|\*\*)/.exec(content)?.[1] ?? '';
}

function newTask(prompt: string, nonce: string) {
  return {
    id: nonce,
    nonce,
    action: 'IMAGINE',
    status: 'SUBMITTED',
    prompt,
    progress: '0%',
    imageUrl: null as string | null,
    messageId: '',
    submitTime: Date.now(),
    finishTime: 0,
    buttons: [] as unknown[],
  };
}

const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, id] = /\/task\/(\d+)\/fetch$/.exec(request.url ?? '') ?? [];
  const body = id === undefined ? await submit(request) : tasks.get(id);
  response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify(body ?? null));
}

async function submit(request: IncomingMessage) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { prompt } = JSON.parse(Buffer.concat(parts).toString('utf8'));
  ids += 1n;
  const task = newTask(prompt, String(ids));
  tasks.set(task.id, task);
  byNonce.set(task.nonce, task);
  byPrompt.set(prompt, task);
  void interact(task);
  return { code: 1, description: '提交成功', result: task.id, properties: {} };
}

async function interact({ prompt, nonce }: { prompt: string; nonce: string }): Promise<void> {
  const { token, sessionId } = sessions[Number(BigInt(nonce) % BigInt(sessions.length))] ?? {
    token: '',
    sessionId: '',
  };
  const data = {
    ...command,
    name: 'imagine',
    type: 1,
    options: [{ type: 3, name: 'prompt', value: prompt }],
    attachments: [],
  };
  const { guildId: guild_id, channelId: channel_id, botUserId: application_id } = options;
  const { statusCode, body } = await discord.request({
    origin,
    path: `${pathname}/interactions`,
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 2,
      application_id,
      guild_id,
      channel_id,
      session_id: sessionId,
      nonce,
      data,
    }),
  });
  await body.dump();
  if (statusCode !== 204) throw new Error(`Discord answered ${statusCode}`);
}

async function listen(): Promise<void> {
  const path = `${options.api}/guilds/${options.guildId}/application-command-index`;
  const index = await fetch(path, { headers: { authorization: options.tokens[0] ?? '' } });
  const { application_commands } = (await index.json()) as {
    application_commands: { id: string; version: string; name: string; application_id: string }[];
  };
  const found = application_commands.find(
    ({ name, application_id }) => name === 'imagine' && application_id === options.botUserId,
  );
  if (!found) throw new Error('there is no /imagine');
  command = { id: found.id, version: found.version };
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    serveParent({ url: `http://127.0.0.1:${port}${MIDJOURNEY_PATH}` }, async () => void server.close());
  });
}
