import type { World } from '../../world.ts';
import type { Variant } from './commands.ts';
import type { JobBook } from './job.ts';
import type { People } from './people.ts';
import type { MidjourneyPlaybook } from './playbook.ts';
import type { Studio } from './studio.ts';

/** What the parts of a bot share. */
export interface Bot {
  readonly world: World;
  readonly variant: Variant;
  readonly id: string;
  readonly playbook: MidjourneyPlaybook;
  readonly people: People;
  readonly jobs: JobBook;
  readonly studio: Studio;
  readonly signal: AbortSignal;
}

/** Runs something that lasts; it ends quietly when the world ends. */
export function inBackground(bot: Pick<Bot, 'signal'>, work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    if (!bot.signal.aborted) throw error;
  });
}
