/** From the tasks of a request to its answer, whole or as a stream. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asGatewayError, noteError } from '../../errors.ts';
import { EventStream } from '../../sse.ts';
import { warn } from '../../warnings-header.ts';
import { renderErrorFrame } from '../errors.ts';
import { finish, follow, TASK_HEADER } from '../tasks.ts';
import type { Beginning, Begun } from './begin.ts';
import { encode } from './encoding.ts';
import { type DrawnPicture, type GatherTools, gather } from './gather.ts';
import { loadPicture } from './load.ts';
import type { ImageOptions } from './options.ts';
import { PreviewPicker } from './previews.ts';
import { renderCompleted, renderDrawn, renderPartial, type StreamKind } from './task-render.ts';
import type { ImageWish } from './wish.ts';

/** A request whose tasks have begun. */
export interface Drawing {
  readonly options: ImageOptions;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly tools: GatherTools;
  readonly wish: ImageWish;
  readonly beginning: Beginning;
  readonly kind: StreamKind;
}

/** Waits for the pictures, and gives the body of the answer. @throws GatewayError */
export async function answerWhole(drawing: Drawing): Promise<unknown> {
  const { tools, wish, beginning, options } = drawing;
  const promptTokens = await announce(drawing);
  const shown = await Promise.all(
    beginning.begun.map(async ({ task, indexes }) =>
      gather(tools, await finish(tools, task.id), indexes, wish),
    ),
  );
  const pictures = shown.flat();
  tell(drawing, shortage(wish, pictures));
  return renderDrawn(secondsNow(options), pictures, promptTokens);
}

/** Streams previews and pictures. Errors before the first byte are thrown, later ones told in the stream. */
export async function answerInEvents(drawing: Drawing): Promise<unknown> {
  const { options, request, reply } = drawing;
  const promptTokens = await announce(drawing);
  const stream = new EventStream(reply, options);
  try {
    for (const begun of drawing.beginning.begun) await streamOne(drawing, begun, stream, promptTokens);
    stream.end('');
  } catch (thrown) {
    if (stream.closed) return reply.hijack();
    if (!stream.begun) throw thrown;
    const error = asGatewayError(thrown);
    noteError(options.log, request, error);
    stream.end(renderErrorFrame(error));
  } finally {
    stream.stop();
  }
  return reply.hijack();
}

/** Names the task and what is not obeyed in the head; counts the prompt's words. */
async function announce(drawing: Drawing): Promise<number> {
  const { reply, beginning, wish, options } = drawing;
  reply.header(TASK_HEADER, beginning.begun[0].task.id);
  tell(drawing, []);
  return (await options.tokens?.count(wish.prompt)) ?? 0;
}

function tell({ reply, wish, beginning }: Drawing, more: readonly string[]): void {
  warn(reply, ...wish.warnings, ...beginning.warnings, ...more);
}

function shortage({ count }: ImageWish, pictures: readonly DrawnPicture[]): string[] {
  const warnings = pictures.flatMap(({ warning }) => (warning === undefined ? [] : [warning]));
  return pictures.length < count ? [...warnings, `${pictures.length} of ${count} pictures came`] : warnings;
}

async function streamOne(
  { options, tools, wish, kind }: Drawing,
  { task, indexes }: Begun,
  stream: EventStream,
  promptTokens: number,
): Promise<void> {
  const picker = new PreviewPicker(wish.previews);
  let last = task;
  for await (const state of follow(tools, task.id)) {
    last = state;
    const due = picker.pick(state);
    if (due === undefined) continue;
    const encoded = await previewOf(tools, due.media, wish);
    const createdAt = secondsNow(options);
    if (encoded) await stream.write(renderPartial(kind, wish, { encoded, index: due.index, createdAt }));
  }
  const pictures = await gather(tools, last, indexes, wish);
  for (const picture of pictures) {
    const createdAt = secondsNow(options);
    await stream.write(renderCompleted(kind, wish, picture, { createdAt, promptTokens }));
  }
}

/** A preview that is gone already is no reason to fail. */
async function previewOf({ pictures, signal }: GatherTools, media: { url: string }, { encoding }: ImageWish) {
  try {
    return await encode(await loadPicture(pictures, media, signal), encoding);
  } catch {
    return undefined;
  }
}

function secondsNow({ clock }: ImageOptions): number {
  return Math.floor(clock.now() / 1_000);
}
