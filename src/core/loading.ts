import type { ChatMessage } from './chat.ts';
import type { JobMessage } from './driver.ts';
import type { MediaLoader } from './media.ts';

/** Loads the files of all messages, side by side. */
export function loadMessages(
  messages: readonly ChatMessage[],
  loader: MediaLoader,
  signal: AbortSignal,
): Promise<JobMessage[]> {
  return Promise.all(
    messages.map(async ({ role, name, text, files }) => ({
      role,
      name,
      text,
      files: await Promise.all(files.map((source) => loader.load(source, signal))),
    })),
  );
}
