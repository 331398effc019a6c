/** `cordgate animate`: a person's quick client to a running gateway, for videos. */
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { cancelOpen } from './cancel-open.ts';
import {
  addressOf,
  type ClientOptions,
  isLink,
  keyOption,
  ratioOption,
  timeoutOption,
  urlOption,
} from './client-options.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { jsonOption } from './options.ts';
import type { Parts } from './parts.ts';
import type { Place } from './picture-file.ts';
import { ProgressBar } from './progress-bar.ts';
import { readPicture } from './read-picture.ts';
import { Remote } from './remote.ts';
import { taskFailed } from './remote-errors.ts';
import { type RemoteVideo, RemoteVideos, type VideoOrder } from './remote-videos.ts';
import { saveVideo, videoPlaceOf } from './video-file.ts';

interface AnimateOptions extends ClientOptions {
  readonly model?: string;
  readonly out?: string;
  readonly ar?: string;
}

const QUICK_MS = 500;
const USUAL_MS = 1_000;
/** So many times the gateway is asked quickly. */
const QUICK_COUNT = 10;

const WORDS: Readonly<Record<RemoteVideo['status'], string>> = {
  queued: 'in line',
  in_progress: 'filming',
  completed: 'done',
  failed: 'failed',
};

/** Adds `cordgate animate [PICTURE] WORDS`: films through a running gateway and saves the video. */
export function addAnimate(
  program: Command,
  io: CommandIo,
  _parts: Parts,
  done: (code: number) => void,
): void {
  program
    .command('animate')
    .description('make a video of a picture, or of words alone, through a running gateway and save it')
    .argument('<words...>', 'a picture (a file or a link) and what happens in it; or words alone')
    .addOption(urlOption())
    .addOption(keyOption())
    .option('-m, --model <name>', 'who films: a model of the gateway (default: the first that can)')
    .option('-o, --out <file>', 'file or folder to save to (default: a name made of the words)')
    .addOption(ratioOption())
    .addOption(timeoutOption())
    .addOption(jsonOption('print the video and the saved file as one line of JSON on stdout'))
    .action(async (words: string[], options: AnimateOptions) => done(await animate(io, words, options)));
}

/** What all steps share. */
interface Session {
  readonly io: CommandIo;
  readonly videos: RemoteVideos;
  readonly remote: Remote;
  /** Aborted by Ctrl+C and by the time limit. */
  readonly signal: AbortSignal;
  /** Ids of tasks that have not ended. */
  readonly open: Set<string>;
}

async function animate(io: CommandIo, words: readonly string[], options: AnimateOptions): Promise<number> {
  const order = orderOf(words, options);
  const place = videoPlaceOf(options.out, order.prompt);
  const stopped = new AbortController();
  const late = AbortSignal.timeout(options.timeout * 1_000);
  void io.nextSignal().then(() => stopped.abort());
  const address = addressOf(io, options);
  const signal = AbortSignal.any([stopped.signal, late]);
  const remote = new Remote(address);
  const session: Session = { io, videos: new RemoteVideos(address), remote, signal, open: new Set() };
  try {
    const { video, file } = await film(session, order, place);
    io.stdout(options.json ? `${JSON.stringify({ task: video, files: [file] })}\n` : `${file}\n`);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    const why = late.aborted ? `nothing came within ${options.timeout} s` : 'stopped';
    throw new CommandFailure(`${why}; ${await cancelOpen(session)}`);
  }
}

/** Orders, shows the progress, saves the video. */
async function film(session: Session, order: VideoOrder, place: Place) {
  const { io, videos, signal, open } = session;
  const { video, warnings } = await videos.create(order);
  const taskId = video.id.replace(/^video_/, '');
  open.add(taskId);
  const bar = new ProgressBar(io, 'animate');
  try {
    // Of a shape nothing but the shape was asked for here.
    for (const warning of warnings) if (!warning.startsWith('size gives')) bar.say(`note: ${warning}`);
    const ended = await follow(session, video, bar);
    open.delete(taskId);
    if (ended.status === 'failed') throw failure(ended);
    const content = await videos.content(video.id, signal);
    if (content.type.startsWith('image/'))
      bar.say(`note: the bot gave an animated picture (${content.type})`);
    return { video: ended, file: await saveVideo(place, content) };
  } finally {
    bar.end();
  }
}

async function follow({ videos, signal }: Session, first: RemoteVideo, bar: ProgressBar) {
  let video = first;
  for (let count = 0; ; count += 1) {
    signal.throwIfAborted();
    bar.show({ percent: Math.min(100, Math.max(0, video.progress || 0)), words: WORDS[video.status] });
    if (video.status === 'completed' || video.status === 'failed') return video;
    await sleep(count < QUICK_COUNT ? QUICK_MS : USUAL_MS, undefined, { signal });
    video = await videos.find(video.id, signal);
  }
}

function failure({ error }: RemoteVideo): CommandFailure {
  const status = error?.code === 'task_stopped' ? 'CANCEL' : 'FAILURE';
  return taskFailed({ status, failReason: error?.message ?? null });
}

/** A first word that is a file, a link, or looks like the name of a picture, is the picture. */
function orderOf(words: readonly string[], { model, ar: ratio }: AnimateOptions): VideoOrder {
  const [first = '', ...others] = words;
  const isPicture = isLink(first) || isFile(first) || /\.(?:png|jpe?g|webp|gif)$/i.test(first);
  const prompt = (isPicture ? others : words).join(' ').trim();
  if (prompt === '') {
    const what = isPicture ? 'say what happens in the picture, as a second argument' : 'say what to film';
    throw new CommandFailure(`the prompt is empty: ${what}`, 2);
  }
  if (ratio !== undefined && /\s--?(?:ar|aspect)\s/.test(prompt)) {
    throw new CommandFailure('the prompt holds -ar already: leave one of the two out', 2);
  }
  if (!isPicture) return { prompt, model, ratio, picture: undefined };
  return { prompt, model, ratio, picture: isLink(first) ? first : readPicture(first) };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
