import { hasEnded, type Task } from '../core/task.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';

/** What callbacks of tasks are made with. */
export interface TaskHooksOptions extends OutboxOptions {
  /** By the name of a dialect: the task in its shape, to be sent as JSON. */
  readonly render: Readonly<Record<string, (task: Task) => unknown>>;
  /** Hears that the end of a task was told, or never will be. */
  readonly onTold?: ((taskId: string) => void) | undefined;
}

/** Tells callers how their tasks go. */
export interface TaskHooks {
  /** To be called with every change of every task, in order; never waits, never throws. */
  taskChanged(task: Task): void;
  /** Takes no more; the ends of tasks get one last try, at most 3 s together. */
  close(): Promise<void>;
}

/** Tasks of which is known what was told last; beyond it the oldest is forgotten. */
const MOST_KNOWN = 20_000;

/**
 * Posts a task to the address it names, at each change of its status or percentage. Of one task never two posts are
 * under way; a state that waits gives way to a newer one, and the end is tried five times over some three minutes.
 */
export function createTaskHooks(options: TaskHooksOptions): TaskHooks {
  const outbox = new Outbox(options);
  const told = new ToldStates();
  return {
    taskChanged(task) {
      const { notify } = task;
      if (!notify || !told.isNew(task)) return;
      const render = Object.hasOwn(options.render, notify.dialect)
        ? options.render[notify.dialect]
        : undefined;
      if (render === undefined) {
        options.log.error({ task: task.id, dialect: notify.dialect }, 'no dialect for the callback');
        return;
      }
      outbox.put({
        key: task.id,
        deliveryId: `${task.id}-${task.revision}`,
        url: notify.url,
        matters: hasEnded(task),
        body: () => JSON.stringify(render(task)),
        onSettled: () => {
          if (hasEnded(task)) options.onTold?.(task.id);
        },
      });
    },
    close: () => outbox.close(),
  };
}

/** What was told last of each task, so that changes nobody sees, and those after its end, are not told. */
class ToldStates {
  readonly #states = new Map<string, { readonly revision: number; readonly text: string }>();

  isNew(task: Task): boolean {
    const { id, revision } = task;
    const known = this.#states.get(id);
    const text = hasEnded(task) ? 'ended' : `${task.status} ${task.percent} ${task.preview?.url ?? ''}`;
    if (known && (known.text === text || known.text === 'ended' || known.revision >= revision)) return false;
    this.#states.delete(id);
    this.#states.set(id, { revision, text });
    if (this.#states.size > MOST_KNOWN) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const oldest = this.#states.keys().next().value;
    if (oldest !== undefined) this.#states.delete(oldest);
  }
}
