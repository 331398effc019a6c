import type { SimApplication, SimCommand, SimInteraction, SimOptionValue } from '../../applications.ts';
import type { SimMessage } from '../../model.ts';
import type { World } from '../../world.ts';
import { strangerId } from '../strangers.ts';
import type { MidjourneyOrder } from './behaviour.ts';
import type { Bot } from './bot.ts';
import { BOT_IDS, bumpVersions, commandsOf, type Variant } from './commands.ts';
import { Drawing } from './drawing.ts';
import { JobBook } from './job.ts';
import { Manners } from './manners.ts';
import { People } from './people.ts';
import type { MidjourneyPlaybook } from './playbook.ts';
import { Reading } from './reading.ts';
import { Studio } from './studio.ts';

/** What a bot is made of. */
export interface MidjourneySetup {
  readonly world: World;
  readonly variant: Variant;
  readonly playbook: MidjourneyPlaybook;
  /** 10 = ten times faster. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** One of the two bots: hands each interaction to the part that knows it. */
export class Midjourney implements SimApplication {
  readonly id: string;
  readonly name: string;
  readonly commands: readonly SimCommand[];
  readonly #bot: Bot;
  readonly #drawing: Drawing;
  readonly #reading: Reading;
  readonly #manners: Manners;
  #lastChannelId: string | undefined;

  constructor(setup: MidjourneySetup) {
    const { variant, playbook, signal } = setup;
    this.id = BOT_IDS[variant];
    this.name = variant === 'niji' ? 'niji・journey Bot' : 'Midjourney Bot';
    this.commands = commandsOf(variant);
    const jobs = new JobBook();
    const parts = { people: new People(playbook), jobs, studio: new Studio({ ...setup, jobs }) };
    this.#bot = { ...setup, ...parts, id: this.id };
    this.#drawing = new Drawing(this.#bot);
    this.#reading = new Reading(this.#bot, this.#drawing);
    this.#manners = new Manners(this.#bot);
    const stop = playbook.listen((order) => this.#obey(order));
    signal.addEventListener('abort', stop, { once: true });
  }

  /** Hands an interaction to the part that knows it. */
  handle(interaction: SimInteraction): void {
    this.#lastChannelId = interaction.channelId;
    const { command, component, modal } = interaction;
    if (command) this.#obeyCommand(interaction, command.name, command.options);
    if (modal) this.#drawing.submit(interaction, modal.customId, modal.values);
    if (component) this.#obeyButton(interaction, component.customId, component.message);
  }

  /** The page where a region is painted. */
  activity(method: string, path: string, body: unknown): { status: number; body: unknown } | undefined {
    return this.#drawing.regions.submit(method, path, body);
  }

  /** ✉️ asks for the seed. */
  reacted(message: SimMessage, emoji: string, userId: string): void {
    if (emoji.startsWith('✉')) this.#manners.tellSeed(message, userId);
  }

  #obeyCommand(interaction: SimInteraction, name: string, options: readonly SimOptionValue[]): void {
    const text = (option: string) => String(options.find((given) => given.name === option)?.value ?? '');
    switch (name) {
      case 'imagine':
        this.#drawing.draw(interaction, { kind: 'imagine', index: 1, words: text('prompt') });
        return;
      case 'blend':
        this.#drawing.blend(interaction, options, text('dimensions'));
        return;
      case 'describe':
        this.#reading.describe(interaction, options);
        return;
      case 'shorten':
        this.#reading.shorten(interaction, text('prompt'));
        return;
      case 'show':
        this.#manners.show(interaction, text('job_id'));
        return;
      default:
        this.#obeyShortCommand(interaction, name, options);
    }
  }

  #obeyShortCommand(interaction: SimInteraction, name: string, options: readonly SimOptionValue[]): void {
    switch (name) {
      case 'info':
        this.#manners.info(interaction);
        return;
      case 'settings':
        this.#manners.settings(interaction);
        return;
      case 'fast':
      case 'relax':
      case 'turbo':
        this.#manners.switchMode(interaction, name);
        return;
      case 'prefer':
        this.#manners.prefer(interaction, options);
        return;
      case 'stealth':
      case 'public':
        this.#manners.switchStealth(interaction, name === 'stealth');
        return;
      default:
        this.#manners.chat(interaction, name);
    }
  }

  #obeyButton(interaction: SimInteraction, customId: string, message: SimMessage | undefined): void {
    const isKnown = [this.#drawing, this.#reading, this.#manners].some((part) =>
      part.press(interaction, customId, message),
    );
    // Appeals, acknowledgements and captchas: a person may press them, nothing comes of it here.
    if (!isKnown) interaction.succeed();
  }

  #obey({ bumpVersions: bump, foreignJob, person }: MidjourneyOrder): void {
    if (bump) bumpVersions(this.commands);
    if (person) {
      const { userId, ...change } = person;
      this.#bot.people.change(userId, dropUndefined(change));
    }
    if (!foreignJob || (foreignJob.bot ?? 'midjourney') !== this.#bot.variant) return;
    const channelId = foreignJob.channelId ?? this.#lastChannelId ?? this.#ownChannelId();
    if (channelId === undefined) return;
    const userId = foreignJob.userId ?? strangerId(this.#bot.world, 0);
    this.#drawing.drawForeign(channelId, foreignJob.prompt, userId);
  }

  #ownChannelId(): string | undefined {
    const channels = [...this.#bot.world.channels.values()];
    const named = (name: string) => channels.find((channel) => channel.name === name)?.id;
    return named(this.#bot.variant) ?? named('midjourney');
  }
}

function dropUndefined<T extends object>(fields: T) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
