import type { CommandIo } from './io.ts';
import type { Remote } from './remote.ts';

/** A clean end is not waited for any longer. */
const CANCEL_MS = 5_000;

/** What a command that is stopped leaves behind. */
export interface OpenWork {
  readonly io: Pick<CommandIo, 'nextSignal'>;
  readonly remote: Pick<Remote, 'cancel'>;
  /** Ids of tasks that have not ended. */
  readonly open: ReadonlySet<string>;
}

/** Asks the gateway to cancel what is on its way; tells what became of it. A second signal ends the waiting. */
export async function cancelOpen({ remote, open, io }: OpenWork): Promise<string> {
  if (open.size === 0) return 'no task is left at the gateway';
  const ids = [...open].join(', ');
  const limit = AbortSignal.timeout(CANCEL_MS);
  const second = new AbortController();
  void io.nextSignal().then(() => second.abort());
  try {
    const signal = AbortSignal.any([limit, second.signal]);
    await Promise.all([...open].map((id) => remote.cancel(id, signal)));
    return `the gateway was asked to cancel task ${ids}`;
  } catch {
    return `task ${ids} could not be cancelled and may go on at the gateway`;
  }
}
