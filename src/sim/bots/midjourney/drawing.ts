import type { SimInteraction, SimOptionValue } from '../../applications.ts';
import type { SimMessage } from '../../model.ts';
import { Scribe } from '../scribe.ts';
import { strangerId, strangerStage } from '../strangers.ts';
import type { FullBehaviour } from './behaviour.ts';
import type { Bot } from './bot.ts';
import { type DrawingButton, readButton, readForm } from './custom-ids.ts';
import { type JobOrder, makeJob } from './drafting.ts';
import { type FormDraft, formComponents, formOf } from './forms.ts';
import type { Job, Stage } from './job.ts';
import type { DrawingKind } from './kinds.ts';
import { noticeOf } from './notices.ts';
import { postNotice } from './post-notice.ts';
import { Regions } from './regions.ts';
import { strangerBehaviour } from './strangers.ts';

/** A form that somebody has open. */
interface Pending {
  readonly kind: DrawingKind;
  readonly index: number;
  readonly parent: Job | undefined;
  readonly pressed: SimMessage | undefined;
  readonly pressedId: string;
  readonly mark: string;
}

/** What shall be drawn. */
export type DrawWish = Pick<JobOrder, 'kind' | 'index' | 'words'> &
  Partial<Pick<JobOrder, 'parent' | 'pressed' | 'pressedId' | 'mark' | 'stage' | 'seedText'>> & {
    /** What rules match by, when it is not the prompt. */
    readonly occasion?: string;
    /** Blend: two pictures are the same. */
    readonly hasTwins?: boolean;
  };

/** Commands, buttons and forms that draw. */
export class Drawing {
  readonly #bot: Bot;
  readonly #pending = new Map<string, Pending>();
  readonly regions: Regions;

  constructor(bot: Bot) {
    this.#bot = bot;
    this.regions = new Regions((frame, words) => {
      const { kind, index, parent, pressed, pressedId, mark, interaction, stage } = frame;
      this.draw(interaction, { kind, index, words, parent, pressed, pressedId, mark, stage });
    });
  }

  /** Draws. */
  draw(interaction: SimInteraction, wish: DrawWish): void {
    const { variant, playbook, people, studio } = this.#bot;
    const {
      occasion,
      hasTwins: _,
      stage = interaction,
      mark = interaction.nonce ?? interaction.id,
      ...rest
    } = wish;
    const prompt = occasion ?? wish.words ?? wish.parent?.asked ?? '';
    const behaviour = refusing(playbook.decide({ prompt, kind: wish.kind, variant }), wish);
    const person = people.of(interaction.userId);
    const order: JobOrder = { ...rest, interaction, stage, mark, variant, behaviour, person };
    people.change(interaction.userId, { made: person.made + 1 });
    this.#inviteStrangers(order);
    studio.begin(makeJob(order));
  }

  /** `/blend`: two to five pictures, and a ratio. */
  blend(interaction: SimInteraction, options: readonly SimOptionValue[], dimensions: string): void {
    const { files } = this.#bot.world;
    const pictures = options.flatMap(({ attachment }) => (attachment ? [attachment] : []));
    const contents = pictures.map((picture) =>
      Buffer.from(files.read(picture)?.bytes ?? []).toString('base64'),
    );
    this.draw(interaction, {
      kind: 'blend',
      index: 1,
      words: [...pictures.map(({ url }) => url), dimensions].filter(Boolean).join(' '),
      occasion: pictures.map(({ filename }) => filename).join(' '),
      seedText: pictures.map(({ filename }) => filename).join(' '),
      hasTwins: new Set(contents).size < contents.length,
    });
  }

  /** A button that draws was pressed; false when it is another one. */
  press(interaction: SimInteraction, customId: string, message: SimMessage | undefined): boolean {
    const button = readButton(customId);
    if (!button) return false;
    const parent = this.#bot.jobs.find(button.jobId);
    if (!parent) {
      this.#answerLost(interaction);
      return true;
    }
    if (button.kind === 'vary-region') {
      const mark = interaction.nonce ?? interaction.id;
      this.regions.open({ ...button, parent, pressed: message, pressedId: customId, mark, interaction });
      return true;
    }
    const asks = button.kind === 'zoom-custom' || this.#bot.people.of(interaction.userId).remix;
    const form = asks && formOf({ ...button, messageId: message?.id ?? '', echo: parent.echo });
    if (form) this.openForm(interaction, form, { ...button, parent, pressed: message, pressedId: customId });
    else {
      const { kind, index } = button;
      this.draw(interaction, {
        kind,
        index,
        words: undefined,
        parent,
        pressed: message,
        pressedId: customId,
      });
    }
    return true;
  }

  /** Opens a form; what is sent back is drawn. */
  openForm(interaction: SimInteraction, form: FormDraft, pending: Omit<Pending, 'mark'>): void {
    const mark = interaction.nonce ?? interaction.id;
    this.#pending.set(`${interaction.userId}:${form.customId}`, { ...pending, mark });
    const { customId, title } = form;
    interaction.openModal({ customId, title, components: formComponents(form) });
    interaction.succeed();
  }

  /** A form came back. */
  submit(interaction: SimInteraction, customId: string, values: Readonly<Record<string, string>>): void {
    const words = Object.values(values)[0] ?? '';
    const key = `${interaction.userId}:${customId}`;
    const pending = this.#pending.get(key) ?? this.#guess(customId);
    this.#pending.delete(key);
    if (!pending) {
      this.#answerLost(interaction);
      return;
    }
    this.draw(interaction, { ...pending, words });
  }

  /** A job of somebody else, without any request of the accounts. */
  drawForeign(channelId: string, prompt: string, userId: string): void {
    const { variant, playbook, people, studio } = this.#bot;
    const stage = this.#strangerStage(channelId, userId);
    if (!stage) return;
    studio.begin(
      makeJob({
        kind: 'imagine',
        index: 1,
        interaction: { userId, channelId },
        stage,
        mark: stage.id,
        variant,
        behaviour: strangerBehaviour(playbook.defaults, 0),
        person: people.of(userId),
        words: prompt,
      }),
    );
  }

  #inviteStrangers(order: JobOrder): void {
    const { world, studio } = this.#bot;
    const { channelId } = order.interaction;
    for (let number = 0; number < order.behaviour.foreign; number += 1) {
      const userId = strangerId(world, number);
      const stage = this.#strangerStage(channelId, userId);
      if (!stage) return;
      const behaviour = strangerBehaviour(order.behaviour, number);
      const interaction = { userId, channelId };
      studio.begin(makeJob({ ...order, interaction, stage, behaviour, mark: stage.id, pressed: undefined }));
    }
  }

  #strangerStage(channelId: string, userId: string): Stage | undefined {
    const { world, id } = this.#bot;
    const channel = world.channels.get(channelId);
    return channel && strangerStage({ world, channel, botId: id, userId, command: 'imagine' });
  }

  /** A form that was opened before the bot began to live, or under another name. */
  #guess(customId: string): Pending | undefined {
    const form: DrawingButton | undefined = readForm(customId);
    const parent = form && this.#bot.jobs.find(form.jobId);
    if (!form || !parent) return undefined;
    const { kind, index } = form;
    return { kind, index, parent, pressed: parent.final, pressedId: '', mark: parent.mark };
  }

  #answerLost(interaction: SimInteraction): void {
    const { world, playbook } = this.#bot;
    interaction.succeed();
    const { channelId } = interaction;
    const scene = { behaviour: playbook.defaults, stage: interaction, channelId, asked: '' };
    postNotice(world, new Scribe(world, false), scene, noticeOf('unknown-message'));
  }
}

/** What the bots refuse by nature. */
function refusing(behaviour: FullBehaviour, { kind, words, hasTwins }: DrawWish): FullBehaviour {
  if (words === undefined || behaviour.notice) return behaviour;
  if (hasTwins) return { ...behaviour, notice: 'duplicate-images', noticeAt: 'start' };
  if (kind === 'blend') return behaviour;
  const text = words.trim();
  if (text === '') return { ...behaviour, notice: 'empty-prompt', noticeAt: 'start' };
  return text.startsWith('--') ? { ...behaviour, notice: 'invalid-prompt', noticeAt: 'start' } : behaviour;
}
