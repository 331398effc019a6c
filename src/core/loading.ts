import type { ChatMessage } from './chat.ts';
import { MOST_FILES } from './discord.ts';
import type { JobMessage } from './driver.ts';
import { GatewayError } from './errors.ts';
import type { MediaFile, MediaLoader, MediaSource } from './media.ts';

/** Largest request that Discord takes with all its files (Discord docs, "Uploading Files"). */
const MOST_BYTES = 25 * 1024 * 1024;

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
  if (count === 0) return messages.map(({ role, name, text }) => ({ role, name, text, files: [] }));
  const load = withinBudget(loader, signal);
  return Promise.all(
    messages.map(async ({ role, name, text, files }) => ({
      role,
      name,
      text,
      files: await Promise.all(files.map(load)),
    })),
  );
}

/** Loads until the files are too large together; the others are then given up. */
function withinBudget(loader: MediaLoader, signal: AbortSignal): (source: MediaSource) => Promise<MediaFile> {
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  let bytes = 0;
  return async (source) => {
    const file = await loader.load(source, either);
    bytes += file.bytes.byteLength;
    if (bytes > MOST_BYTES) enough.abort(tooLarge());
    either.throwIfAborted();
    return file;
  };
}

function tooLarge(): GatewayError {
  return new GatewayError('media_invalid', 'The files of the request are larger than 25 MB together.', {
    hint: 'Send fewer or smaller pictures.',
  });
}
