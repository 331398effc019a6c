/** The key's newest tasks, kept up to date, and which one is on the stage (its id is in the address). */
import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { useResource } from '../../api/resource.ts';
import { listTasks, readTask, submitTask } from '../../api/tasks.ts';
import type { TaskOrderBody, TaskView } from '../../api/types.ts';
import { useLive } from '../../app/live.ts';
import { go, route } from '../../app/router.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { toast } from '../../parts/toast.tsx';

const KEPT = 24;

/** How the reading of the gateway stands. */
export interface Reading {
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

const known = signal<ReadonlyMap<string, TaskView>>(new Map());

/** Newest first. */
export const newest = computed(() =>
  [...known.value.values()].sort((left, right) => right.submittedAt - left.submittedAt).slice(0, KEPT),
);

/** Id of the task on the stage: that of the address, else the newest one. */
export const stagedId = computed(() => route.value.query.task ?? newest.value[0]?.id);

/** The task on the stage, when it is known. */
export const staged = computed(() => (stagedId.value ? known.value.get(stagedId.value) : undefined));

/** Reads the tasks once and follows them for as long as the page is shown. */
export function useWork(): Reading {
  const name = me.value?.name ?? '';
  const list = useResource(
    async (signal) => {
      const { tasks } = await listTasks({ limit: KEPT, ...(me.peek()?.admin ? { key: name } : {}) }, signal);
      for (const task of tasks) keep(task);
      return tasks;
    },
    [name],
  );
  useLive({
    gap: list.reload,
    // Admins hear of everyone's tasks; the studio shows one's own, and what is on the stage.
    task: (task) => {
      if (task.key === name || task.id === stagedId.peek()) keep(task);
    },
  });
  return list;
}

/** Reads the task of the address when it is none of the newest ones. */
export function useStaged(): Reading {
  const id = stagedId.value;
  const isKnown = staged.value !== undefined;
  const read = useResource(
    async (signal) => {
      if (id === undefined || known.peek().has(id)) return undefined;
      keep(await readTask(id, signal));
      return undefined;
    },
    [id],
  );
  useEffect(() => {
    if (id !== undefined && !isKnown) read.reload();
  }, [id, isKnown]);
  return read;
}

/** Takes a task as it stands, unless a newer form is known. */
export function keep(task: TaskView): void {
  const before = known.peek().get(task.id);
  if (before && before.revision > task.revision) return;
  known.value = new Map([...known.peek(), [task.id, task]]);
}

/** Orders a task and puts it on the stage. @throws ApiError */
export async function order(body: TaskOrderBody): Promise<void> {
  const { task, ahead } = await submitTask(body);
  show(task);
  if (ahead > 0) toast(t('draw.ahead', { count: ahead }));
}

/** Puts a task on the stage. */
export function show(task: TaskView): void {
  keep(task);
  go('draw', [], { ...route.peek().query, task: task.id });
}

/** True for an answer that says that there is no such task (any more). */
export const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;
