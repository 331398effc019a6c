/** The native paths under `/cordgate/v1`, one function each. */
import { call } from './client.ts';
import type { AccountView, Me, Receipt, TaskOrderBody, TaskPage, TaskView } from './types.ts';

const ROOT = 'cordgate/v1';
const taskPath = (id: string, more = '') => `${ROOT}/tasks/${encodeURIComponent(id)}${more}`;

/** Which tasks to list; see docs/native-api.md. */
export interface TaskFilter {
  readonly status?: string;
  readonly bot?: string;
  readonly account?: string;
  readonly driver?: string;
  readonly verb?: string;
  readonly words?: string;
  /** Milliseconds since the epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly before?: string;
  readonly after?: string;
  readonly order?: 'newest' | 'oldest';
  readonly limit?: number;
  readonly key?: string;
}

/** Who the key belongs to, and what it may use. */
export const readMe = (signal?: AbortSignal) => call<Me>('GET', `${ROOT}/me`, { signal });

/** A page of tasks. */
export const listTasks = (filter: TaskFilter, signal?: AbortSignal) =>
  call<TaskPage>('GET', `${ROOT}/tasks`, { query: { ...filter }, signal });

/** One task as it stands. */
export const readTask = (id: string, signal?: AbortSignal) => call<TaskView>('GET', taskPath(id), { signal });

/** Orders a task. */
export const submitTask = (body: TaskOrderBody) => call<Receipt>('POST', `${ROOT}/tasks`, { body });

/** Gives a task in status `form` the words or the mask that it waits for. */
export const fillForm = (id: string, form: { prompt?: string; mask?: string }) =>
  call<Receipt>('POST', taskPath(id, '/form'), { body: form });

/** Ends a task. */
export const cancelTask = (id: string) => call<TaskView>('POST', taskPath(id, '/cancel'));

/** Orders the same again. */
export const retryTask = (id: string) => call<Receipt>('POST', taskPath(id, '/retry'));

/** Forgets an ended task. */
export const deleteTask = (id: string) => call<void>('DELETE', taskPath(id));

/** The seed of a finished picture. */
export const readSeed = (id: string) => call<{ seed: string }>('GET', taskPath(id, '/seed'));

/** The accounts of the bots that the key may use. */
export const listAccounts = (signal?: AbortSignal) =>
  call<{ accounts: AccountView[] }>('GET', `${ROOT}/accounts`, { signal });
