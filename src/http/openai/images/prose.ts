import type { Media } from '../../../core/media.ts';

// ![a cat](https://example.org/cat)   [cat.png](https://example.org/cat.png?ex=1)
const MARKDOWN_LINK = /!?\[[^\]\n]*\]\(([^\s)]+)\)/g;

/** What a bot said beside its pictures: its text without their links. */
export function proseOf(text: string, media: readonly Media[]): string {
  const links = new Set(media.map(({ url }) => url));
  const prose = text.replace(MARKDOWN_LINK, (whole, url: string) => (links.has(url) ? '' : whole));
  return [...links]
    .reduce((rest, url) => rest.replaceAll(url, ''), prose)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
