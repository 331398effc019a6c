/**
 * The floor: the least that a relay between Discord and an OpenAI client can do, without any of the gateway's promises.
 * It logs in, posts each prompt into a free one of its channels, and passes the growing text on.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { WebSocket } from 'ws';
import { childOptions, serveParent } from './measured.ts';

const options = childOptions<{
  api: string;
  gateway: string;
  token: string;
  botUserId: string;
  channels: string[];
}>();
const MESSAGES_AND_CONTENT = (1 << 9) | (1 << 15);
const discord = new Agent();
const { origin, pathname } = new URL(options.api);
const free = [...options.channels];
const open = new Map<string, { response: ServerResponse; head: string; shown: number }>();
let sequence: number | null = null;

const socket = new WebSocket(`${options.gateway}/?v=10&encoding=json`, { perMessageDeflate: false });
socket.on('message', (data) => {
  const { op, t, s, d } = JSON.parse(String(data));
  if (typeof s === 'number') sequence = s;
  if (op === 10) {
    setInterval(() => socket.send(JSON.stringify({ op: 1, d: sequence })), d.heartbeat_interval);
    const properties = { os: 'linux', browser: 'floor', device: 'floor' };
    const identify = { token: options.token, intents: MESSAGES_AND_CONTENT, properties };
    socket.send(JSON.stringify({ op: 2, d: identify }));
  } else if (t === 'MESSAGE_CREATE' || t === 'MESSAGE_UPDATE') show(d);
  else if (t === 'READY') server.listen(0, '127.0.0.1', ready);
});

function show(message: {
  channel_id: string;
  author: { id: string };
  content: string;
  components: unknown[];
}) {
  const chat = open.get(message.channel_id);
  if (!chat || message.author.id !== options.botUserId) return;
  const content = message.content.slice(chat.shown);
  chat.shown = message.content.length;
  const chunk = `${chat.head}{"content":${JSON.stringify(content)}},"finish_reason":null}]}\n\n`;
  if (message.components.length === 0) return void chat.response.write(chunk);
  open.delete(message.channel_id);
  free.push(message.channel_id);
  chat.response.end(`${chunk}${chat.head}{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`);
}

const server = createServer((request, response) => void relay(request, response));

async function relay(request: IncomingMessage, response: ServerResponse) {
  const channel = free.pop();
  if (!channel) return void response.writeHead(503).end();
  const { model, messages } = await readJson(request);
  const created = Math.floor(Date.now() / 1000);
  const fixed = JSON.stringify({
    id: `chatcmpl-${channel}`,
    object: 'chat.completion.chunk',
    created,
    model,
  });
  open.set(channel, {
    response,
    head: `data: ${fixed.slice(0, -1)},"choices":[{"index":0,"delta":`,
    shown: 0,
  });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  const { statusCode, body } = await discord.request({
    origin,
    path: `${pathname}/channels/${channel}/messages`,
    method: 'POST',
    headers: { authorization: `Bot ${options.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content: `<@${options.botUserId}> ${messages.at(-1).content}` }),
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`Discord answered ${statusCode}`);
}

async function readJson(request: IncomingMessage) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function ready(): void {
  const { port } = server.address() as AddressInfo;
  serveParent({ url: `http://127.0.0.1:${port}` }, async () => void server.close());
}
