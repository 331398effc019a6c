/** A task as a person reads it in a chat. */
import type { Task } from '../../../core/task.ts';
import { pictureLines } from '../pictures.ts';
import { offeredWords } from './words.ts';

/** Tells of a task's progress in pieces that only ever add to each other. */
export class Narration {
  #percent = 0;
  #isWaiting = false;

  /** The first words; `ahead` tasks stand in line before it. */
  begin({ id }: Task, ahead: number): string {
    const line = ahead === 0 ? '' : `, ${ahead} before it`;
    return `Working on it (task ${id}${line}) …`;
  }

  /** What is new; empty when nothing is. */
  tell({ status, percent }: Task): string {
    if (status === 'waiting' && !this.#isWaiting) {
      this.#isWaiting = true;
      return " waiting in the bot's line …";
    }
    if (status !== 'running' || percent <= this.#percent) return '';
    this.#percent = percent;
    return ` ${percent}% …`;
  }
}

/** The whole answer: words, pictures, and what can be said next. The last line names the task for the next turn. */
export function tellResult(task: Task): string {
  const words = task.text ?? '';
  const shown = words + pictureLines(words, task.media);
  const offered = offeredWords(task.actions);
  const next = offered.length === 0 ? `(task ${task.id})` : `Next: ${offered.join(', ')} (task ${task.id})`;
  return shown === '' ? next : `${shown}\n\n${next}`;
}
