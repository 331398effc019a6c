import type { Task } from '../../core/task.ts';

/**
 * The words that a button's window holds when it opens, as Midjourney fills it in: the numbered text of a describe or
 * shorten answer, else the prompt of the picture, with the zoom of a custom zoom.
 */
export function windowPromptOf(task: Task, parent: Task | undefined): string {
  const { action, prompt } = task.request;
  const text = action?.kind === 'imagine-text' ? parent?.texts?.[(action.index ?? 1) - 1] : undefined;
  const words = text ?? task.finalPrompt ?? parent?.finalPrompt ?? (prompt || (parent?.request.prompt ?? ''));
  const needsZoom = action?.kind === 'zoom-custom' && !/--zoom\b/.test(words);
  return needsZoom ? `${words} --zoom 2` : words;
}
