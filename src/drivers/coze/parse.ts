import type { Component, Embed, Message } from '../../core/discord.ts';
import type { Action } from '../../core/driver.ts';
import type { Media } from '../../core/media.ts';

/** What one message of a Coze bot says. */
export interface Reply {
  readonly text: string;
  readonly media: readonly Media[];
  /** Labels of the suggestion buttons. */
  readonly actions: readonly Action[];
  /** True once the message carries components: Coze adds its buttons with the last edit. */
  readonly ended: boolean;
}

const BUTTON = 2;

/** Reads a whole message (all fields that the bot ever set are present). */
export function readReply(message: Message): Reply {
  const text = textOf(message);
  const components = message.components ?? [];
  return {
    text,
    media: mediaOf(message, text),
    actions: buttonsOf(components),
    ended: components.length > 0,
  };
}

/** The content, or what a card without content says. Embeds that Discord made from links have another type. */
function textOf(message: Message): string {
  if (message.content) return message.content;
  const cards = (message.embeds ?? []).filter((embed) => embed.type === undefined || embed.type === 'rich');
  return cards.flatMap((embed) => embed.description ?? []).join('\n');
}

function mediaOf(message: Message, text: string): Media[] {
  const found = [
    ...(message.attachments ?? []).map((attachment) => ({
      url: attachment.url,
      name: attachment.filename,
      ...(attachment.content_type === undefined ? {} : { contentType: attachment.content_type }),
    })),
    ...(message.embeds ?? []).flatMap(imageOf),
    ...linkedImages(text),
  ];
  return [...new Map(found.map((media) => [media.url, media])).values()];
}

function imageOf(embed: Embed): Media[] {
  return embed.image?.url ? [{ url: embed.image.url }] : [];
}

// ![a cat](https://example.org/cat)   [cat.png](https://example.org/cat.png?ex=1)
const MARKDOWN_LINK = /(!?)\[[^\]\n]*\]\((https?:\/\/[^\s)]+)\)/g;
const IMAGE_PATH = /\.(?:png|jpe?g|webp|gif)(?:[?#]|$)/i;

function linkedImages(text: string): Media[] {
  if (!text.includes('](')) return [];
  return [...text.matchAll(MARKDOWN_LINK)].flatMap(([, bang, url]) =>
    url !== undefined && (bang === '!' || IMAGE_PATH.test(url)) ? [{ url }] : [],
  );
}

function buttonsOf(components: readonly Component[]): Action[] {
  return components.flatMap((component) => {
    if (component.components) return buttonsOf(component.components);
    if (component.type !== BUTTON || !component.label) return [];
    return [{ label: component.label, customId: component.custom_id }];
  });
}
