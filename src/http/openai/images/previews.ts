/** Which pictures of a task's progress are shown: at most so many, spread over its whole length. */
import type { Media } from '../../../core/media.ts';
import type { Task } from '../../../core/task.ts';

/** Chooses among the states of one task as they come. */
export class PreviewPicker {
  readonly #most: number;
  /** How many of the marks were passed, and how many pictures were chosen. */
  #passed = 0;
  #chosen = 0;
  #lastUrl: string | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** The preview to show now with its number from 0; undefined when none is due. */
  pick({ percent, preview, status }: Task): { media: Media; index: number } | undefined {
    if (status === 'succeeded' || preview === undefined || preview.url === this.#lastUrl) return undefined;
    if (this.#chosen >= this.#most || percent < this.#mark(this.#passed)) return undefined;
    while (percent >= this.#mark(this.#passed)) this.#passed += 1;
    this.#lastUrl = preview.url;
    this.#chosen += 1;
    return { media: preview, index: this.#chosen - 1 };
  }

  /** For three pictures: 0, 33 and 66 percent. */
  #mark(index: number): number {
    return index < this.#most ? Math.floor((100 * index) / this.#most) : Number.POSITIVE_INFINITY;
  }
}
