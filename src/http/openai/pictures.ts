import type { Media } from '../../core/media.ts';

/** A picture as an extra field of an answer, in the shape of a content part of a request. */
export interface ImagePart {
  readonly type: 'image_url';
  readonly image_url: { readonly url: string };
}

/** The pictures of an answer as `image_url` parts; other files are left to the Markdown links. */
export function imageParts(media: readonly Media[]): ImagePart[] {
  return media.filter(isPicture).map(({ url }) => ({ type: 'image_url', image_url: { url } }));
}

/**
 * The Markdown that follows the text: one line for each file whose link the text does not hold already, after a
 * blank line. Empty when there is nothing to add.
 */
export function pictureLines(text: string, media: readonly Media[]): string {
  const lines = media.filter(({ url }) => !text.includes(url)).map(markdownOf);
  if (lines.length === 0) return '';
  return `${text === '' ? '' : '\n\n'}${lines.join('\n')}`;
}

function markdownOf(media: Media): string {
  const name = (media.name ?? (isPicture(media) ? 'image' : 'file')).replace(/[[\]\\\r\n]/g, '_');
  const url = media.url.replace(
    /[ ()<>]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${isPicture(media) ? '!' : ''}[${name}](${url})`;
}

/** True for a picture: Discord names the type of nearly all attachments; what has none is a picture of an embed. */
export function isPicture(media: Media): boolean {
  return media.contentType === undefined || media.contentType.startsWith('image/');
}
