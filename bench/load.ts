/** The client: streams of chats against one address, and how long each piece was on its way. */
import { Agent, request } from 'node:http';
import { KEY } from './setting.ts';

/** What is measured against. */
export interface LoadPlan {
  readonly url: string;
  readonly model: string;
  readonly streams: number;
  /** Chats of each stream, one after the other. */
  readonly chatsPerStream: number;
  /** The streams begin spread evenly over this time, as people do. */
  readonly spreadMs: number;
  /** Pieces that each answer must have. */
  readonly pieces: number;
  /** True gives each stream a conversation of its own with a name. */
  readonly named: boolean;
}

/** What a load gave. */
export interface LoadResult {
  readonly chats: number;
  /** From the moment the simulator sent a piece to the moment it was here, in milliseconds. */
  readonly delaysMs: readonly number[];
  /** From the request to the first piece, in milliseconds. */
  readonly firstMs: readonly number[];
}

interface Chat {
  readonly delaysMs: number[];
  readonly firstMs: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const STAMP = /t=(\d+)/g;
let prompts = 0;

/** Runs the streams to their end. @throws Error when an answer is not whole */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const chats: Chat[] = [];
  const runStream = async (stream: number) => {
    await new Promise((resolve) => setTimeout(resolve, (plan.spreadMs * stream) / plan.streams));
    for (let count = 0; count < plan.chatsPerStream; count += 1) chats.push(await chat(plan, stream));
  };
  await Promise.all(Array.from({ length: plan.streams }, (_, stream) => runStream(stream)));
  return {
    chats: chats.length,
    delaysMs: chats.flatMap(({ delaysMs }) => delaysMs),
    firstMs: chats.map(({ firstMs }) => firstMs),
  };
}

function chat(plan: LoadPlan, stream: number): Promise<Chat> {
  const startedAt = process.hrtime.bigint();
  prompts += 1;
  const content = `Question ${prompts}: why do the tides come twice a day, and why not at the same hour?`;
  const body = JSON.stringify({ model: plan.model, stream: true, messages: [{ role: 'user', content }] });
  const headers = {
    authorization: `Bearer ${KEY}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(plan.named ? { 'x-conversation': `bench-${stream}` } : {}),
  };
  return new Promise((resolve, reject) => {
    const post = request(`${plan.url}/v1/chat/completions`, { method: 'POST', agent, headers });
    post.on('error', reject);
    post.on('response', (response) => {
      const reader = createReader(startedAt);
      response.on('data', (part: Buffer) => reader.read(part));
      response.on('error', reject);
      response.on('end', () => {
        if (reader.done && reader.delaysMs.length === plan.pieces) resolve(reader);
        else
          reject(
            new Error(
              `${response.statusCode}, ${reader.delaysMs.length} pieces: ${reader.last.slice(-1_000)}`,
            ),
          );
      });
    });
    post.end(body);
  });
}

function createReader(startedAt: bigint) {
  const reader = { delaysMs: [] as number[], firstMs: 0, done: false, last: '', read };
  let rest = '';
  function read(part: Buffer): void {
    const now = process.hrtime.bigint();
    const text = rest + part.toString('utf8');
    const end = text.lastIndexOf('\n\n') + 2;
    rest = end < 2 ? text : text.slice(end);
    if (end < 2) return;
    const frames = text.slice(0, end);
    for (const [, stamp = '0'] of frames.matchAll(STAMP)) {
      if (reader.delaysMs.length === 0) reader.firstMs = Number(now - startedAt) / 1e6;
      reader.delaysMs.push(Number(now - BigInt(stamp)) / 1e6);
    }
    reader.last += frames;
    reader.done ||= frames.endsWith('data: [DONE]\n\n');
  }
  return reader;
}
