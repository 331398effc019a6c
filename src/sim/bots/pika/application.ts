import { createHash, randomUUID } from 'node:crypto';
import type { SimApplication, SimCommand, SimInteraction, SimOptionValue } from '../../applications.ts';
import type { SimGuild } from '../../model.ts';
import { strangerId, strangerStage } from '../strangers.ts';
import type { FullBehaviour, JobKind, PikaOrder } from './behaviour.ts';
import { ButtonBook, PROMPT_FIELD } from './buttons.ts';
import { COMMAND_NAMES, makeCommands, PROMPT_LIMIT } from './commands.ts';
import type { CrowdedWorld } from './crowd.ts';
import type { Job, Stage, Wish } from './job.ts';
import type { PikaPlaybook } from './playbook.ts';
import { Rival } from './rival.ts';
import { Workshop } from './workshop.ts';

/** What the bot is made of. */
export interface PikaSetup {
  readonly world: CrowdedWorld;
  /** The guild it lives in, as a member already. */
  readonly guild: SimGuild;
  /** Of the application, and of its user. */
  readonly id: string;
  readonly playbook: PikaPlaybook;
  /** 10 = ten times faster. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** What a job is made of, beside what the bot decides. */
interface Beginning {
  readonly kind: JobKind;
  readonly wish: Wish;
  readonly person: Pick<SimInteraction, 'userId' | 'channelId'>;
  readonly stage: Stage;
  readonly marks: readonly string[];
  readonly pressedId?: string | undefined;
}

/** The simulated Pika bot. */
export class Pika implements SimApplication {
  readonly id: string;
  readonly name = 'Pika';
  readonly #setup: PikaSetup;
  readonly #commands: readonly SimCommand[];
  readonly #buttons = new ButtonBook();
  readonly #workshop: Workshop;
  readonly #rival: Rival;
  /** Presses of 🔀 by the id of the person and of the form that it opened. */
  readonly #open = new Map<string, { readonly marks: readonly string[]; readonly pressedId: string }>();
  #missing: readonly string[] = [];
  #lastChannelId: string | undefined;

  constructor(setup: PikaSetup) {
    const { world, playbook, signal } = setup;
    const newId = () => world.newId();
    this.id = setup.id;
    this.#setup = setup;
    this.#commands = makeCommands(newId);
    this.#workshop = new Workshop({ ...setup, buttons: this.#buttons });
    this.#rival = new Rival(newId);
    const stop = playbook.listen((order) => this.#obey(order));
    signal.addEventListener('abort', stop, { once: true });
  }

  /** The commands that are not missing. */
  get commands(): readonly SimCommand[] {
    return this.#commands.filter(({ name }) => !this.#missing.includes(name));
  }

  /** Takes a command, a button or a form. */
  handle(interaction: SimInteraction): void {
    this.#lastChannelId = interaction.channelId;
    const { command, component, modal } = interaction;
    if (command) this.#takeCommand(interaction, command.name, command.options);
    if (component) this.#takePress(interaction, component.customId, component.messageId);
    if (modal) this.#takeForm(interaction, modal.customId, modal.values[PROMPT_FIELD] ?? '');
  }

  #takeCommand(interaction: SimInteraction, name: string, options: readonly SimOptionValue[]): void {
    const kind = COMMAND_NAMES.find((known) => known === name);
    if (!kind) return;
    const text = (option: string) => options.find((given) => given.name === option)?.value;
    const message = text('message');
    const wish: Wish = {
      prompt: String(text('prompt') ?? ''),
      picture: options.find(({ attachment }) => attachment)?.attachment,
      hidden:
        message === undefined
          ? undefined
          : { message: String(message), font: String(text('font') ?? 'MODERN') },
    };
    this.#begin({ kind, wish, person: interaction, stage: interaction, marks: marksOf(interaction) });
  }

  #takePress(interaction: SimInteraction, customId: string, pressedId: string): void {
    const { action, job } = this.#buttons.find(customId) ?? {};
    if (!job || !action) {
      interaction.fail();
      return;
    }
    const isOwner = job.userId === interaction.userId;
    if (action === 'retry') {
      const [stage, marks] = [interaction, marksOf(interaction)];
      this.#begin({ kind: 'retry', wish: job.wish, person: interaction, stage, marks, pressedId });
    } else if (action === 'remix') {
      const form = this.#buttons.remixForm(job);
      this.#open.set(`${interaction.userId}:${form.customId}`, { marks: marksOf(interaction), pressedId });
      interaction.openModal(form);
      interaction.succeed();
    } else {
      interaction.succeed();
      if (isOwner && action === 'cancel') this.#workshop.cancel(job);
      if (isOwner && action === 'delete') this.#workshop.remove(job);
    }
  }

  #takeForm(interaction: SimInteraction, customId: string, prompt: string): void {
    const job = this.#buttons.find(customId)?.job;
    const key = `${interaction.userId}:${customId}`;
    const press = this.#open.get(key);
    this.#open.delete(key);
    if (!job) {
      interaction.fail();
      return;
    }
    const marks = [...(press?.marks ?? []), ...marksOf(interaction)];
    const wish = { ...job.wish, prompt };
    const [stage, pressedId] = [interaction, press?.pressedId];
    this.#begin({ kind: 'remix', wish, person: interaction, stage, marks, pressedId });
  }

  #begin(beginning: Beginning): void {
    const { kind, wish, person } = beginning;
    const behaviour = refusing(this.#setup.playbook.decide(wish.prompt, kind), kind, wish);
    for (let number = 0; number < behaviour.foreign; number += 1) {
      const userId = strangerId(this.#setup.world, number);
      this.#beginForeign(kind, wish, { userId, channelId: person.channelId }, spread(behaviour, number));
    }
    this.#workshop.begin(makeJob(beginning, behaviour));
  }

  #beginForeign(
    kind: JobKind,
    wish: Wish,
    person: Beginning['person'],
    behaviour: FullBehaviour = spread(this.#setup.playbook.defaults, 0),
  ): void {
    const { world, id } = this.#setup;
    const channel = world.channels.get(person.channelId);
    if (!channel) return;
    const command = COMMAND_NAMES.find((name) => name === kind) ?? 'create';
    const stage = strangerStage({ world, channel, botId: id, userId: person.userId, command });
    this.#workshop.begin(makeJob({ kind, wish, person, stage, marks: [stage.id] }, behaviour));
  }

  #obey({ bumpVersions, missing, rival, hugeGuild, foreignJob }: PikaOrder): void {
    const { world, guild } = this.#setup;
    if (bumpVersions) for (const command of this.#commands) command.version = world.newId();
    if (missing) this.#miss(missing);
    if (rival !== undefined) this.#place(this.#rival, rival);
    if (hugeGuild !== undefined) world.setHuge(guild.id, hugeGuild);
    if (!foreignJob) return;
    const pikaChannel = [...world.channels.values()].find(({ name }) => name === 'pika');
    const channelId = foreignJob.channelId ?? this.#lastChannelId ?? pikaChannel?.id ?? '';
    const userId = foreignJob.userId ?? strangerId(world, 0);
    const wish = { prompt: foreignJob.prompt, picture: undefined, hidden: undefined };
    this.#beginForeign('create', wish, { userId, channelId });
  }

  #miss(missing: readonly string[]): void {
    this.#missing = missing;
    this.#place(this, !missing.includes('bot'));
  }

  /** Puts an application into the guild, or takes it out of the world's reach. */
  #place(application: SimApplication, isThere: boolean): void {
    const { world, guild } = this.#setup;
    const { id, name } = application;
    if (!isThere) {
      world.applications.delete(id);
      guild.members.delete(id);
      return;
    }
    world.applications.set(id, application);
    if (!world.users.has(id)) world.addUser(name, true, id);
    if (!guild.members.has(id)) world.addMember(guild, id, 0n);
  }
}

function marksOf({ nonce, id }: SimInteraction): string[] {
  return [nonce ?? id];
}

function makeJob(beginning: Beginning, behaviour: FullBehaviour): Job {
  const { kind, wish, person, stage, marks, pressedId } = beginning;
  const id = randomUUID();
  const number = createHash('sha256').update(id).digest().readBigUInt64BE(0);
  return {
    id,
    kind,
    wish,
    userId: person.userId,
    channelId: person.channelId,
    marks,
    seed: String((number % 9_000_000_000_000_000_000n) + 1_000_000_000_000_000_000n),
    behaviour,
    stage,
    pressedId,
    waiting: undefined,
    final: undefined,
    isCancelled: false,
  };
}

/** What the bot refuses by nature. */
function refusing(behaviour: FullBehaviour, kind: JobKind, { prompt, picture }: Wish): FullBehaviour {
  if (behaviour.ending !== 'video') return behaviour;
  const isEmpty = prompt.trim() === '' && kind !== 'animate' && picture === undefined;
  if (isEmpty || [...prompt].length > PROMPT_LIMIT)
    return { ...behaviour, ending: 'too-long', endingAt: 'start' };
  if (picture && !picture.content_type?.startsWith('image/')) {
    return { ...behaviour, ending: 'no-image', endingAt: 'start' };
  }
  return behaviour;
}

/** How a stranger's job goes: like the own one, without its accidents; every second one is earlier, the others later. */
function spread(own: FullBehaviour, number: number): FullBehaviour {
  const factor = number % 2 === 0 ? 1 - Math.min(0.5, 0.1 * (number + 1)) : 1 + 0.1 * (number + 1);
  return {
    ...own,
    foreign: 0,
    ending: 'video',
    silent: false,
    nonceOnWaiting: false,
    nonceOnFinal: false,
    startAfterMs: own.startAfterMs * factor,
    takesMs: own.takesMs * factor,
  };
}
