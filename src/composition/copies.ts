/** Composition: the gateway's own copies of finished pictures and videos, when the configuration wants them. */
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Copies } from '../core/keeping.ts';
import { withTrueCopies } from '../core/kept-tasks.ts';
import type { Log } from '../core/log.ts';
import type { VideoSource } from '../core/media.ts';
import type { KeepOutcome } from '../core/observe.ts';
import type { Store } from '../core/store.ts';
import type { Task } from '../core/task.ts';
import type { RunningTaskService } from '../core/task-service.ts';
import { createFolderBin } from '../keeping/folder-bin.ts';
import { Keeper } from '../keeping/keeper.ts';
import { createS3Bin } from '../keeping/s3-bin.ts';
import { Shelf } from '../keeping/shelf.ts';
import type { OpenSource } from '../keeping/source.ts';
import { PICTURES, VIDEOS } from '../media/kinds.ts';
import { sniffStream } from '../media/sniffed.ts';

/** What copies are made with. */
export interface CopyParts {
  readonly store: Store;
  /** Asked for only once tasks have begun. */
  readonly tasks: () => Pick<RunningTaskService, 'findTask' | 'noteCopies'>;
  /** Reads what bots have made, by the way that leads to it. */
  readonly videos: VideoSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears what becomes of each file, and of how many bytes. */
  readonly onOutcome?: ((outcome: KeepOutcome, bytes: number) => void) | undefined;
}

/** Who makes copies, and who reads them. */
export interface Keeping {
  readonly keeper: Keeper;
  readonly copies: Copies;
  /** The task with its copies, once they are made; as it is when that takes longer than a while. */
  settled(task: Task, signal: AbortSignal): Promise<Task>;
}

const GIGABYTE = 1e9;
/** How long an answer is held back for copies, in milliseconds. */
const PATIENCE_MS = 10_000;
/** Sees every task. */
const EVERYONE = { id: '', admin: true, bots: ['*'] };

/** Makes the keeping; undefined when nothing is to be kept. */
export function createKeeping(
  { media, store }: Pick<Config, 'media' | 'store'>,
  parts: CopyParts,
): Keeping | undefined {
  if (!media.keep) return undefined;
  const { tasks, videos, clock, log, onOutcome } = parts;
  const bin = media.s3 ? createS3Bin(media.s3) : createFolderBin(media.path);
  const shelf = new Shelf({ bin, maxBytes: media.maxGb * GIGABYTE, clock, onOutcome });
  const keeper = new Keeper({
    shelf,
    open: sourceOf(videos),
    store: parts.store,
    findTask: (id, signal) => tasks().findTask(EVERYONE, id, signal),
    noteCopies: (id, names) => tasks().noteCopies(id, names),
    retentionDays: store.retentionDays,
    clock,
    log,
    onOutcome,
  });
  return {
    keeper,
    copies: shelf,
    settled: async (task, signal) => withTrueCopies(await keeper.settled(task, PATIENCE_MS, signal), shelf),
  };
}

/** What a file is, its content says: neither its name nor its sender. */
function sourceOf(videos: VideoSource): OpenSource {
  return async (url, signal) => {
    const { body, size } = await videos.open(url, undefined, signal);
    body.on('error', () => {});
    const sniffed = await sniffStream(body, [...PICTURES, ...VIDEOS]);
    const close = () => body.destroy();
    if (sniffed) return { ending: sniffed.kind.extension, size, body: sniffed.body, close };
    close();
    throw new GatewayError('media_invalid', 'The file is neither a picture nor a video that can be kept.');
  };
}
