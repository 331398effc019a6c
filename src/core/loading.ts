import type { ChatMessage } from './chat.ts';
import type { JobMessage } from './driver.ts';
import { GatewayError } from './errors.ts';
import type { MediaLoader } from './media.ts';

/** Most attachments of a Discord message (Discord docs, "Create Message"). */
const MOST_FILES = 10;

/**
 * Loads the files of all messages, side by side.
 * @throws GatewayError media_invalid when there are more than a Discord message carries, before anything is loaded
 */
export async function loadMessages(
  messages: readonly ChatMessage[],
  loader: MediaLoader,
  signal: AbortSignal,
): Promise<JobMessage[]> {
  const count = messages.reduce((sum, { files }) => sum + files.length, 0);
  if (count > MOST_FILES) {
    throw new GatewayError(
      'media_invalid',
      `The request holds ${count} files; a Discord message carries ${MOST_FILES}.`,
      {
        hint: 'Send fewer pictures.',
      },
    );
  }
  return Promise.all(
    messages.map(async ({ role, name, text, files }) => ({
      role,
      name,
      text,
      files: await Promise.all(files.map((source) => loader.load(source, signal))),
    })),
  );
}
