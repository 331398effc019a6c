import { GatewayError } from '../../../core/errors.ts';
import type { Media, MediaFile, MediaLoader } from '../../../core/media.ts';
import { asGatewayError } from '../../errors.ts';

/** Fetches a picture that a bot has made. @throws GatewayError bot_failed */
export async function loadPicture(
  loader: MediaLoader,
  { url, kept }: Pick<Media, 'url' | 'kept'>,
  signal: AbortSignal,
): Promise<MediaFile> {
  try {
    return await loader.load({ type: 'link', url, kept }, signal);
  } catch (cause) {
    // The loader's own codes blame the request, but here the link is the bot's.
    const { message } = asGatewayError(cause);
    throw new GatewayError('bot_failed', `The bot's picture could not be fetched: ${message}`, { cause });
  }
}
