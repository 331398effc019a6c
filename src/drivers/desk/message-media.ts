import type { Attachment, Message } from '../../core/discord.ts';
import type { Media } from '../../core/media.ts';
import { flatten } from './message-text.ts';

const PICTURE_TYPE = /^(?:image|video)\//;
const PICTURE_NAME = /\.(?:png|jpe?g|webp|gif|mp4|webm|mov)$/i;

/** The pictures and clips of a message: attachments, and what a layout shows. */
export function mediaOf(message: Message): Media[] {
  const attached = (message.attachments ?? []).filter(isPicture).map(mediaOfAttachment);
  const shown = flatten(message.components ?? []).flatMap(({ items }) =>
    (items ?? []).map(({ media }) => ({ url: media.url })),
  );
  return [...new Map([...shown, ...attached].map((media) => [withoutQuery(media.url), media])).values()];
}

function isPicture({ content_type, filename }: Attachment): boolean {
  return PICTURE_TYPE.test(content_type ?? '') || PICTURE_NAME.test(filename);
}

function mediaOfAttachment({ id, url, filename, content_type, width, height }: Attachment): Media {
  return {
    id,
    url,
    name: filename,
    ...(content_type === undefined ? {} : { contentType: content_type }),
    ...(width == null ? {} : { width }),
    ...(height == null ? {} : { height }),
  };
}

/** A link without what signs it. */
export function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
