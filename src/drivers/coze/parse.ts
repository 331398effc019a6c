import type { Component, Embed, Message } from '../../core/discord.ts';
import type { Action } from '../../core/driver.ts';
import type { Media } from '../../core/media.ts';

/** What one message of a Coze bot says. */
export interface Reply {
  readonly text: string;
  readonly media: readonly Media[];
  /** Labels of the suggestion buttons. */
  readonly actions: readonly Action[];
  /** True once the message carries buttons or menus: Coze adds them with the last edit. */
  readonly ended: boolean;
}

/** Component types (Discord docs, "Component Reference"): 2 to 8 are for pressing and choosing, 10 shows text. */
const BUTTON = 2;
const LAST_SELECT = 8;
/** Button style (Discord docs, "Button Styles"). */
const LINK = 5;
const TEXT_DISPLAY = 10;

/** Reads a whole message (all fields that the bot ever set are present). */
export function readReply(message: Message): Reply {
  const text = textOf(message);
  const components = message.components ?? [];
  return {
    text,
    media: mediaOf(message, text),
    actions: buttonsOf(components),
    ended: flatten(components).some(isControl),
  };
}

/** A button that only opens a link may stand below an answer from its first word on. */
function isControl({ type, style }: Component): boolean {
  return type >= BUTTON && type <= LAST_SELECT && !(type === BUTTON && style === LINK);
}

/** The content, or what a card or a layout without content says. Embeds that Discord made from links have another type. */
function textOf(message: Message): string {
  if (message.content) return message.content;
  const laidOut = flatten(message.components ?? []).filter(({ type }) => type === TEXT_DISPLAY);
  if (laidOut.length > 0) return laidOut.flatMap(({ content }) => content ?? []).join('\n');
  const cards = (message.embeds ?? []).filter((embed) => embed.type === undefined || embed.type === 'rich');
  return cards
    .flatMap(({ title, description }) => [title, description])
    .filter(Boolean)
    .join('\n');
}

function mediaOf(message: Message, text: string): Media[] {
  const found = [
    ...(message.attachments ?? []).map((attachment) => ({
      id: attachment.id,
      url: attachment.url,
      name: attachment.filename,
      ...(attachment.content_type === undefined ? {} : { contentType: attachment.content_type }),
    })),
    ...(message.embeds ?? []).flatMap(imageOf),
    ...flatten(message.components ?? []).flatMap(({ items }) =>
      (items ?? []).map(({ media }) => ({ url: media.url })),
    ),
    ...linkedImages(text),
  ];
  return [...new Map(found.map((media) => [media.url, media])).values()];
}

function imageOf(embed: Embed): Media[] {
  if (embed.image?.url) return [{ url: embed.image.url }];
  // A link to a picture unfurls into an embed of type `image`; articles and videos have thumbnails that are no answer.
  if (embed.type === 'image')
    return [embed.url ?? embed.thumbnail?.url ?? ''].filter(Boolean).map((url) => ({ url }));
  const isCard = embed.type === undefined || embed.type === 'rich';
  return isCard && embed.thumbnail?.url ? [{ url: embed.thumbnail.url }] : [];
}

// ![a cat](https://example.org/cat)   [cat.png](https://example.org/cat.png?ex=1)
const MARKDOWN_LINK = /(!?)\[[^\]\n]*\]\((https?:\/\/[^\s)]+)\)/g;
// https://example.org/cat.png?ex=1, without the sentence's own punctuation
const BARE_LINK = /https?:\/\/[^\s<>()[\]"'`]+(?<![.,;:!?*_])/g;
const IMAGE_PATH = /\.(?:png|jpe?g|webp|gif)(?:[?#]|$)/i;

function linkedImages(text: string): Media[] {
  if (!text.includes('://')) return [];
  const bare = [...text.matchAll(BARE_LINK)].map(([url]) => url).filter((url) => IMAGE_PATH.test(url));
  return [...linkedIn(text), ...bare.map((url) => ({ url }))];
}

function linkedIn(text: string): Media[] {
  return [...text.matchAll(MARKDOWN_LINK)].flatMap(([, bang, url]) =>
    url !== undefined && (bang === '!' || IMAGE_PATH.test(url)) ? [{ url }] : [],
  );
}

function buttonsOf(components: readonly Component[]): Action[] {
  return flatten(components).flatMap(({ type, label, custom_id }) =>
    type === BUTTON && label ? [{ label, customId: custom_id }] : [],
  );
}

/** Components and all that is inside them; what only holds others comes before them. */
function flatten(components: readonly Component[]): Component[] {
  return components.flatMap((component) => [component, ...flatten(component.components ?? [])]);
}
