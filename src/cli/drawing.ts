/** One task of a running gateway, from its submission to its saved picture. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandIo } from './io.ts';
import { type Place, savePicture, savePreview } from './picture-file.ts';
import { type Progress, ProgressBar } from './progress-bar.ts';
import type { Remote, RemoteTask, Submissions } from './remote.ts';
import { taskFailed } from './remote-errors.ts';

/** What all tasks of one command share. */
export interface Session {
  readonly io: CommandIo;
  readonly remote: Remote;
  /** Aborted by Ctrl+C and by the time limit. */
  readonly signal: AbortSignal;
  /** Where previews are saved; nowhere when left out. */
  readonly previews?: Place | undefined;
  /** Ids of tasks that have not ended. */
  readonly open: Set<string>;
  /** Paths of the previews that were saved. */
  readonly saved: Set<string>;
}

/** What is to be drawn. */
export interface Drawing<Name extends keyof Submissions = keyof Submissions> {
  readonly name: Name;
  readonly body: Submissions[Name];
  /** For the bar. */
  readonly title: string;
  readonly place: Place;
}

/** A finished task and its file. */
export interface Drawn {
  readonly task: RemoteTask;
  readonly file: string;
}

const QUICK_MS = 500;
const USUAL_MS = 1_000;
/** So many times the gateway is asked quickly. */
const QUICK_COUNT = 10;

const WORDS: Readonly<Record<string, string>> = {
  NOT_START: 'in line',
  SUBMITTED: 'sent to the bot',
  MODAL: 'waits for a form',
  IN_PROGRESS: 'drawing',
  SUCCESS: 'done',
  FAILURE: 'failed',
  CANCEL: 'cancelled',
};
const ENDS: ReadonlySet<string> = new Set(['SUCCESS', 'FAILURE', 'CANCEL']);

/** Submits, shows the progress, saves the picture. @throws CommandFailure; the signal's reason when it aborts */
export async function draw<Name extends keyof Submissions>(
  session: Session,
  { name, body, title, place }: Drawing<Name>,
): Promise<Drawn> {
  const { io, remote, signal, open } = session;
  const id = await remote.submit(name, body);
  open.add(id);
  const bar = new ProgressBar(io, title);
  try {
    const task = await follow(session, id, bar);
    open.delete(id);
    if (task.status !== 'SUCCESS' || task.imageUrl === null) throw taskFailed(task);
    return { task, file: await savePicture(place, await remote.picture(task.imageUrl, signal)) };
  } finally {
    bar.end();
  }
}

async function follow(session: Session, id: string, bar: ProgressBar): Promise<RemoteTask> {
  const { remote, signal } = session;
  const show = previewer(session, bar);
  for (let count = 0; ; count += 1) {
    signal.throwIfAborted();
    const task = await remote.task(id, signal);
    if (!ENDS.has(task.status)) await show(task);
    bar.show(progressOf(task));
    if (ENDS.has(task.status)) return task;
    await sleep(count < QUICK_COUNT ? QUICK_MS : USUAL_MS, undefined, { signal });
  }
}

/** Saves each preview once. One that cannot be fetched or read is passed over: the next one follows. */
function previewer({ previews, remote, signal, saved }: Session, bar: ProgressBar) {
  let shown: string | null = null;
  return async ({ imageUrl, progress }: RemoteTask): Promise<void> => {
    if (previews === undefined || imageUrl === null || imageUrl === shown) return;
    shown = imageUrl;
    try {
      const path = await savePreview(previews, await remote.picture(imageUrl, signal));
      saved.add(path);
      bar.say(`preview at ${progress}: ${path}`);
    } catch (error) {
      if (signal.aborted) throw error;
      bar.say(`preview at ${progress}: could not be saved`);
    }
  };
}

function progressOf({ status, progress }: RemoteTask): Progress {
  const percent = Math.min(100, Math.max(0, Number.parseInt(progress, 10) || 0));
  return { percent, words: WORDS[status] ?? status.toLowerCase() };
}
