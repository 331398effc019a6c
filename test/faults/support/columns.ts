/** The six ways to ask: each asks twice the same, side by side, and tells what came and whose it is. */
import { expect } from 'vitest';
import { drawPicture as drawJob } from '../../../src/sim/bots/midjourney/pictures.ts';
import { drawPicture } from '../../../src/sim/bots/picture.ts';
import type { WorldEvent } from '../../../src/sim/world.ts';
import { bytesOf, expectOwnGrid, type SeenTask, waitFor } from '../../e2e/drawing/studio.ts';
import { expectOwnFilm } from '../../e2e/filming/set.ts';
import { OpenStream, readReply } from '../../e2e/reply.ts';
import { type Ask, type Exchanged, exchange, type Manner } from './exchange.ts';
import type { Family, Scene } from './scene.ts';
import type { ColumnName } from './table.ts';

/** What a caller got. */
export interface Answer {
  readonly served: boolean;
  /** True for a caller who went away. */
  readonly hasLeft: boolean;
  /** HTTP status of the request; 0 when the connection broke before there was one. */
  readonly status: number;
  /** Code of the error, in OpenAI's shape. */
  readonly code?: string | undefined;
  /** How the task ended, when one was taken. */
  readonly task?: string | undefined;
  /** Why it failed. */
  readonly reason: string;
  /** What it is known by: no two answers may share it. */
  readonly identity: string;
  /** Fails unless it is the own one, whole. */
  own(): Promise<void>;
}

/** A way to ask. */
export interface Column {
  readonly family: Family;
  /** Makes what must be there before. */
  prepare?(scene: Scene): Promise<void>;
  /** Asks twice; `tag` is new each time. */
  ask(scene: Scene, tag: string, manner: Manner): readonly Promise<Answer>[];
  /** True for an event that shows that a job is under way and not at its end. */
  isMiddle(event: WorldEvent): boolean;
}

const PICTURE = drawPicture('a picture to look at');
const DATA_URL = `data:image/png;base64,${Buffer.from(PICTURE).toString('base64')}`;
/** Milliseconds of the scene's time within which a task must be at its end, longer than all limits together. */
const PATIENCE_MS = 20 * 60_000;
/** How often a caller asks after a task, in the scene's time: how often cannot depend on how busy the machine is. */
const LOOK_EVERY_MS = 750;
/** Real milliseconds for what only prepares. */
const PREPARATION_MS = 40_000;

const isUpdate = ({ name, message }: WorldEvent) => name === 'MESSAGE_UPDATE' && message !== undefined;
const showsPercent = (event: WorldEvent) => isUpdate(event) && /\d+%/.test(event.message?.content ?? '');
const isFirstSign = ({ name, message }: WorldEvent) =>
  name === 'MESSAGE_CREATE' && message?.nonce !== undefined && message.applicationId !== undefined;
/** True for an event that ends a job: its message offers what to do next. */
export const isEnd = ({ name, message }: WorldEvent) =>
  (name === 'MESSAGE_UPDATE' || name === 'MESSAGE_CREATE') &&
  JSON.stringify(message?.components ?? []).split('"custom_id"').length > 2;

/** By name. */
export const columns: Readonly<Record<ColumnName, Column>> = {
  chat: {
    family: 'coze',
    ask: (scene, tag, manner) =>
      roomsOf(tag).map(async (room, position) => {
        const got = await exchange(scene, chatAsk(tag, room, false), position === 0 ? manner : 'prompt');
        const { error, text, finish } = await readReply(got.response, scene.book);
        return spoken(scene, room, got, { error, text, isWhole: got.status === 200 && finish === 'stop' });
      }),
    isMiddle: (event) => isUpdate(event) && !isEnd(event),
  },
  stream: {
    family: 'coze',
    ask: (scene, tag, manner) =>
      roomsOf(tag).map(async (room, position) => {
        const got = await exchange(scene, chatAsk(tag, room, true), position === 0 ? manner : 'prompt');
        const stream = new OpenStream(got.response, new AbortController(), scene.book);
        const { error, text, finish, done } = await stream.finish();
        const isWhole = got.status === 200 && error === undefined && finish === 'stop' && done;
        return spoken(scene, room, got, { error, text, isWhole });
      }),
    isMiddle: (event) => isUpdate(event) && !isEnd(event),
  },
  imagine: {
    family: 'midjourney',
    ask: (scene, tag, manner) =>
      twice(manner, (each) =>
        task(scene, { path: '/mj/imagine', body: { prompt: tag } }, each, (seen) => expectOwnGrid(seen)),
      ),
    isMiddle: showsPercent,
  },
  upscale: {
    family: 'midjourney',
    async prepare(scene) {
      parents.set(scene, await scene.caller.done(await scene.caller.imagine('the parent'), PREPARATION_MS));
    },
    ask: (scene, _, manner) => {
      const body = { taskId: parents.get(scene)?.taskId, action: 'U2' };
      const own = (seen: SeenTask) => expectUpscale(scene, seen);
      return twice(manner, (each) => task(scene, { path: '/mj/change', body }, each, own));
    },
    isMiddle: isFirstSign,
  },
  describe: {
    family: 'midjourney',
    ask: (scene, _, manner) =>
      twice(manner, (each) =>
        task(scene, DESCRIBE, each, async (seen) => {
          expect(seen.text).toContain('impressionism');
          expect(interactionOf(scene, seen.messageId)).toBe(scene.interactionIds.get(seen.nonce));
        }),
      ),
    isMiddle: isFirstSign,
  },
  animate: {
    family: 'pika',
    ask: (scene, tag, manner) =>
      twice(manner, (each) =>
        task(scene, { path: '/pika/animate', body: { file: DATA_URL, prompt: tag } }, each, (seen) =>
          expectOwnFilm(seen as never, PICTURE),
        ),
      ),
    isMiddle: showsPercent,
  },
};

const parents = new WeakMap<Scene, SeenTask>();

/** Two who take the same picture out of the same grid may get either: it is the same picture, made twice. */
async function expectUpscale(scene: Scene, seen: SeenTask): Promise<void> {
  const bytes = await bytesOf(seen.imageRawUrl);
  const marks = [seen.nonce, ...scene.interactionIds.keys()];
  const isOf = (mark: string) =>
    bytes.equals(Buffer.from(drawJob({ seedText: 'the parent#2', mark, isGrid: false, format: 'png' })));
  expect(marks.some(isOf), 'the second picture of the parent').toBe(true);
}

/** The names of the conversations of the two callers. */
export const roomsOf = (tag: string) => [`${tag}-one`, `${tag}-two`];

/** The first of two has the manner. */
const twice = <T>(manner: Manner, make: (manner: Manner) => T): T[] => [make(manner), make('prompt')];

const DESCRIBE = { path: '/midjourney-proxy/mj/submit/describe', body: { base64: DATA_URL } };

const chatAsk = (text: string, room: string, stream: boolean): Ask => ({
  path: '/v1/chat/completions',
  body: { model: 'gpt-4o', stream, messages: [{ role: 'user', content: text }] },
  headers: { 'x-conversation': room },
});

/** What a chat bot has said in the room of that name, as Discord shows it. */
function spoken(
  scene: Scene,
  room: string,
  { status, hasLeft }: Exchanged,
  got: { error?: { code: string | null; message: string } | undefined; text: string; isWhole: boolean },
): Answer {
  return {
    served: got.isWhole,
    hasLeft,
    status,
    code: got.error?.code ?? undefined,
    reason: status === 0 ? 'the connection broke' : (got.error?.message ?? ''),
    identity: got.text,
    async own() {
      const find = () => [...scene.sim.world.channels.values()].find(({ name }) => name === room);
      // The channel gets its name while the answer is on its way.
      const channel = await waitFor(find, (found) => found !== undefined);
      const said = channel?.messages.filter(({ authorId }) => authorId === scene.sim.ready.bots.coze.userId);
      expect(said?.map(({ content }) => content.trim())).toEqual([got.text.trim()]);
      expect(got.text.replace(/ t=\d+ ?/g, '')).toBe(`You said: ${room.slice(0, -'-one'.length)}`);
    },
  };
}

/** A task from its submission to its end. */
async function task(
  scene: Scene,
  ask: Ask,
  manner: Manner,
  own: (seen: SeenTask) => Promise<void>,
): Promise<Answer> {
  const { status, response, hasLeft } = await exchange(scene, ask, manner);
  const json = parse(await response.text());
  const id = idOf(json);
  if (id !== undefined && !hasLeft) return ended(scene, id, own);
  const reason = status === 0 ? 'the connection broke' : String(json.message ?? json.description ?? '');
  const refusal = refusalOf(status, json);
  return { served: false, hasLeft, status: refusal, reason, identity: '', own: async () => {} };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** A submitted task at its end. */
async function ended(scene: Scene, id: string, own: (seen: SeenTask) => Promise<void>): Promise<Answer> {
  const seen = await statusAtEnd(scene, id);
  return {
    served: seen.status === 'Success',
    hasLeft: false,
    status: 200,
    task: seen.status,
    reason: seen.failReason,
    identity: seen.messageId,
    own: () => own(seen),
  };
}

const ENDS = ['Success', 'Failed', 'Timeout'];

/** A gateway that is not there for a while is asked again. */
async function statusAtEnd(scene: Scene, id: string): Promise<SeenTask> {
  const path = scene.family === 'pika' ? `/pika/status?nonce=${id}` : `/mj/status?taskId=${id}`;
  const endAt = scene.now() + PATIENCE_MS;
  let last: unknown;
  while (scene.now() < endAt) {
    try {
      const { status, json } = await scene.caller.call(path);
      const seen = json.result as SeenTask | null;
      last = seen ?? json;
      if (status === 200 && seen && ENDS.includes(seen.status)) return seen;
    } catch (error) {
      last = error;
    }
    await scene.pass(LOOK_EVERY_MS);
  }
  throw new Error(`the task ${id} did not end: ${JSON.stringify(last)}`);
}

function idOf(json: Record<string, unknown>): string | undefined {
  const isTaken = json.code === 0 || json.code === 1 || json.code === 22;
  return isTaken && typeof json.result === 'string' ? json.result : undefined;
}

/** Midjourney-Proxy's dialect tells refusals by codes of its own. */
function refusalOf(status: number, json: Record<string, unknown>): number {
  return status === 200 ? Number(json.code) : status;
}

function findMessage(scene: Scene, id: string) {
  const channels = [...scene.sim.world.channels.values()];
  return channels.flatMap(({ messages }) => messages).find((message) => message.id === id);
}

/** The interaction that made a message. */
function interactionOf(scene: Scene, messageId: string): string | undefined {
  return findMessage(scene, messageId)?.interaction?.id;
}
