import type { Task } from '../../core/task.ts';
import type { StudioView } from '../../core/tasks.ts';
import { DRIVER } from './options.ts';

/** The accounts that this dialect shows. */
export function ownStudios(studios: readonly StudioView[]): StudioView[] {
  return studios.filter(({ driver }) => driver === DRIVER);
}

/** An account by its name, or by its channel, which is Midjourney-Proxy's own id of an account. */
export function findStudio(studios: readonly StudioView[], id: string): StudioView | undefined {
  const own = ownStudios(studios);
  return own.find(({ accountId }) => accountId === id) ?? own.find(({ channelId }) => channelId === id);
}

/** The name of the account that a caller names; an unknown one is left to the service to refuse. */
export function accountOf(studios: readonly StudioView[], id: string | undefined): string | undefined {
  return id === undefined ? undefined : (findStudio(studios, id)?.accountId ?? id);
}

/** True for tasks that this dialect shows: not those of bots that other drivers run. */
export function isShown({ driver }: Task): boolean {
  return driver === DRIVER;
}
