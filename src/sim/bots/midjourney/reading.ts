import type { SimInteraction, SimOptionValue } from '../../applications.ts';
import type { SimAttachment, SimMessage } from '../../model.ts';
import { giveAnswer } from './answering.ts';
import type { Bot } from './bot.ts';
import type { Drawing } from './drawing.ts';
import { describeForm, imagineForm } from './forms.ts';
import { wordsOf } from './prompt.ts';
import {
  describeEmbed,
  describeLines,
  describeRows,
  shortenEmbed,
  shortenLines,
  shortenRows,
} from './words.ts';

/** A picture to describe. */
interface Source {
  readonly url: string;
  readonly attachment: SimAttachment | undefined;
}

/** Lines that a message offers, and the picture they were made of. */
interface Offer {
  readonly lines: readonly string[];
  readonly source: Source | undefined;
}

const PIC_READER = /^MJ::Job::PicReader::([1-4]|all)$/;
const PROMPT_ANALYZER = /^MJ::Job::PromptAnalyzer::([1-5])$/;

/** `/describe` and `/shorten`, and their buttons. */
export class Reading {
  readonly #bot: Bot;
  readonly #drawing: Drawing;
  readonly #offers = new Map<string, Offer>();

  constructor(bot: Bot, drawing: Drawing) {
    this.#bot = bot;
    this.#drawing = drawing;
  }

  /** `/describe` with a picture or a link. */
  describe(interaction: SimInteraction, options: readonly SimOptionValue[]): void {
    const attachment = options.find(({ name }) => name === 'image')?.attachment;
    const link = options.find(({ name }) => name === 'link')?.value;
    this.#describe(interaction, { url: attachment?.url ?? String(link ?? ''), attachment });
  }

  /** `/shorten`. */
  shorten(interaction: SimInteraction, prompt: string): void {
    const lines = shortenLines(prompt);
    giveAnswer(this.#bot, interaction, 'shorten', prompt, async (answer) => {
      const embeds = [shortenEmbed(prompt, lines)];
      const message = await answer.thinkAndSay(0, { embeds, components: shortenRows(lines.length) });
      if (message) this.#offers.set(message.id, { lines, source: undefined });
    });
  }

  /** One of the buttons; false when it is another one. */
  press(interaction: SimInteraction, customId: string, message: SimMessage | undefined): boolean {
    const offer = message && this.#offers.get(message.id);
    if (!offer) return false;
    if (customId === 'MJ::Picread::Retry' && offer.source) {
      this.#describe(interaction, offer.source);
      return true;
    }
    const number = PIC_READER.exec(customId)?.[1];
    if (number === 'all') this.#drawAll(interaction, offer, message, customId);
    else if (number) this.#ask(interaction, Number(number), offer, message, customId);
    const shortened = PROMPT_ANALYZER.exec(customId)?.[1];
    if (shortened) this.#ask(interaction, Number(shortened), offer, message, customId);
    return number !== undefined || shortened !== undefined;
  }

  #describe(interaction: SimInteraction, source: Source): void {
    const name = source.attachment?.filename ?? new URL(source.url, 'https://s.mj.run').pathname.slice(1);
    const lines = describeLines(
      wordsOf(name.replace(/\.\w+$/, '').replaceAll(/[_/-]+/g, ' ')) || 'a picture',
    );
    giveAnswer(this.#bot, interaction, 'describe', name, async (answer) => {
      const embeds = [describeEmbed(lines, source.url, source.attachment)];
      const message = await answer.thinkAndSay(0, { embeds, components: describeRows(lines.length) });
      if (message) this.#offers.set(message.id, { lines, source });
    });
  }

  #ask(
    interaction: SimInteraction,
    number: number,
    offer: Offer,
    pressed: SimMessage,
    pressedId: string,
  ): void {
    const line = offer.lines[number - 1] ?? '';
    const form = offer.source ? describeForm(number, line) : imagineForm(pressed.id, line);
    this.#drawing.openForm(interaction, form, {
      kind: 'imagine',
      index: number,
      parent: undefined,
      pressed,
      pressedId,
    });
  }

  /** "Imagine all": one job for each line; only the first carries the nonce. */
  #drawAll(interaction: SimInteraction, offer: Offer, pressed: SimMessage, pressedId: string): void {
    for (const [position, words] of offer.lines.entries()) {
      const stage = {
        id: interaction.id,
        succeed: () => interaction.succeed(),
        fail: (code?: number) => interaction.fail(code),
        openFrame: interaction.openFrame.bind(interaction),
        reply: (reply: Parameters<SimInteraction['reply']>[0]) =>
          interaction.reply(position === 0 ? reply : { ...reply, withNonce: false }),
      };
      this.#drawing.draw(interaction, { kind: 'imagine', index: 1, words, pressed, pressedId, stage });
    }
  }
}
