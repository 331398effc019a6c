import type { SimInteraction, SimOptionValue } from '../../applications.ts';
import { directChannel } from '../../direct-channels.ts';
import { createMessage } from '../../messages.ts';
import type { SimMessage } from '../../model.ts';
import { type Answer, giveAnswer } from './answering.ts';
import { type Bot, inBackground } from './bot.ts';
import { resultRows } from './buttons.ts';
import type { Mode } from './job.ts';
import { noticeOf } from './notices.ts';
import type { PersonSettings } from './people.ts';
import { postNotice } from './post-notice.ts';
import { shownText } from './texts.ts';
import {
  bookmarkText,
  infoEmbed,
  MODE_ANSWERS,
  remixAnswer,
  seedText,
  settingsRows,
  settingsText,
} from './words.ts';

const EPHEMERAL = 64;
const SETTING_BUTTON = /^MJ::Settings::(.+)$/;
const CANCEL_BUTTON = /^MJ::CancelJob::ByJobid::(.+)$/;
const BOOKMARK_BUTTON = /^MJ::BOOKMARK::(.+)$/;

/** Everything that neither draws nor reads: settings, information, speed, bookmarks, cancelling, seeds. */
export class Manners {
  readonly #bot: Bot;

  constructor(bot: Bot) {
    this.#bot = bot;
  }

  /** `/show`. */
  show(interaction: SimInteraction, jobId: string): void {
    giveAnswer(this.#bot, interaction, 'show', jobId, async (answer) => {
      const job = this.#bot.jobs.find(jobId.trim());
      if (!job?.final) {
        this.#refuse(answer, jobId);
        return;
      }
      const body = { content: shownText(job), attachments: job.final.attachments };
      this.#bot.jobs.addMessage(answer.say({ ...body, components: resultRows(job) }), job);
    });
  }

  /** `/info`. */
  info(interaction: SimInteraction): void {
    giveAnswer(this.#bot, interaction, 'info', 'info', async (answer) => {
      const { userId } = interaction;
      const { people, studio, world } = this.#bot;
      const { mode, stealth, made } = people.of(userId);
      const { running, waiting } = studio.line.count(userId);
      const embed = infoEmbed({
        username: world.users.get(userId)?.username ?? '',
        mode: `${mode.slice(0, 1).toUpperCase()}${mode.slice(1)}`,
        stealth,
        made,
        queuedFast: mode === 'relax' ? 0 : waiting,
        queuedRelax: mode === 'relax' ? waiting : 0,
        running,
      });
      await answer.thinkAndSay(EPHEMERAL, { embeds: [embed] });
    });
  }

  /** `/settings`. */
  settings(interaction: SimInteraction): void {
    giveAnswer(this.#bot, interaction, 'settings', 'settings', (answer) =>
      answer.thinkAndSay(EPHEMERAL, this.#settingsView(interaction.userId)),
    );
  }

  /** `/fast`, `/relax` and `/turbo`. */
  switchMode(interaction: SimInteraction, mode: Mode): void {
    giveAnswer(this.#bot, interaction, 'mode', mode, async (answer) => {
      this.#bot.people.change(interaction.userId, { mode });
      answer.say({ content: MODE_ANSWERS[mode], flags: EPHEMERAL });
    });
  }

  /** `/prefer`: only `remix` changes anything here. */
  prefer(interaction: SimInteraction, options: readonly SimOptionValue[]): void {
    const isRemix = options.some(({ name }) => name === 'remix');
    giveAnswer(this.#bot, interaction, 'remix', 'prefer remix', async (answer) => {
      const remix = !this.#bot.people.of(interaction.userId).remix;
      if (isRemix) this.#bot.people.change(interaction.userId, { remix });
      await answer.thinkAndSay(EPHEMERAL, { content: isRemix ? remixAnswer(remix) : 'Done!' });
    });
  }

  /** `/stealth` and `/public`. */
  switchStealth(interaction: SimInteraction, stealth: boolean): void {
    giveAnswer(this.#bot, interaction, 'other', stealth ? 'stealth' : 'public', async (answer) => {
      this.#bot.people.change(interaction.userId, { stealth });
      const content = `Done! Your jobs are now ${stealth ? 'private' : 'public'}.`;
      answer.say({ content, flags: EPHEMERAL });
    });
  }

  /** A command without any consequence here. */
  chat(interaction: SimInteraction, name: string): void {
    giveAnswer(this.#bot, interaction, 'other', name, async (answer) => {
      answer.say({ content: `See <https://docs.midjourney.com> about ${name}.`, flags: EPHEMERAL });
    });
  }

  /** One of the buttons; false when it is another one. */
  press(interaction: SimInteraction, customId: string, message: SimMessage | undefined): boolean {
    const [, setting] = SETTING_BUTTON.exec(customId) ?? [];
    if (setting) this.#changeSetting(interaction, setting, message);
    const [, cancelled] = CANCEL_BUTTON.exec(customId) ?? [];
    if (cancelled) this.#cancel(interaction, cancelled);
    const [, liked] = BOOKMARK_BUTTON.exec(customId) ?? [];
    if (liked) this.#bookmark(interaction, message);
    return Boolean(setting ?? cancelled ?? liked);
  }

  /** ✉️ on a result: its seed comes as a direct message. */
  tellSeed(message: SimMessage, userId: string): void {
    const { world, jobs, id, studio, playbook } = this.#bot;
    const job = jobs.ofMessage(message.id);
    if (!job || job.userId !== userId) return;
    inBackground(this.#bot, async () => {
      await studio.pause(playbook.defaults.startAfterMs);
      const channel = directChannel(world, userId, id);
      createMessage(world, channel, { authorId: id, content: seedText(job.id, job.seed) });
    });
  }

  #refuse({ scribe, interaction, behaviour }: Answer, asked: string): void {
    const { channelId } = interaction;
    const scene = { behaviour, stage: interaction, channelId, asked };
    postNotice(this.#bot.world, scribe, scene, noticeOf('invalid-request'));
  }

  #changeSetting(interaction: SimInteraction, setting: string, message: SimMessage | undefined): void {
    const { userId } = interaction;
    giveAnswer(this.#bot, interaction, 'settings', setting, async (answer) => {
      const { people } = this.#bot;
      if (setting === 'ResetSettings') people.reset(userId);
      else people.change(userId, settingChange(setting, people.of(userId), interaction.component?.values[0]));
      if (message) answer.scribe.change(message, this.#settingsView(userId));
    });
  }

  #settingsView(userId: string) {
    const person = this.#bot.people.of(userId);
    const { era, version } = this.#bot.playbook.defaults;
    const model = person.version ?? version ?? (era === '2024' ? '6.1' : '7');
    const facts = { ...person, suffix: this.#bot.variant === 'niji' ? '--niji 7' : `--v ${model}` };
    return { content: settingsText(facts), components: settingsRows(facts) };
  }

  #cancel(interaction: SimInteraction, jobId: string): void {
    giveAnswer(this.#bot, interaction, 'cancel', jobId, async () => {
      const job = this.#bot.jobs.find(jobId);
      if (job?.userId === interaction.userId) this.#bot.studio.cancel(job);
    });
  }

  #bookmark(interaction: SimInteraction, message: SimMessage | undefined): void {
    giveAnswer(this.#bot, interaction, 'bookmark', 'bookmark', async (answer) => {
      const { guildId, channelId } = interaction;
      const content = bookmarkText(guildId, channelId, message?.id ?? '');
      answer.say({ content, withNonce: false, ...(message ? { replyTo: message.id } : {}) });
    });
  }
}

/** What a button or the menu of `/settings` changes. */
function settingChange(
  setting: string,
  person: PersonSettings,
  chosen: string | undefined,
): Partial<PersonSettings> {
  switch (setting) {
    case 'RemixMode':
      return { remix: !person.remix };
    case 'PublicMode':
      return { stealth: !person.stealth };
    case 'HighVariabilityMode::1':
      return { isSubtle: false };
    case 'HighVariabilityMode::0':
      return { isSubtle: true };
    case 'TurboMode':
      return { mode: 'turbo' };
    case 'RelaxMode::off':
      return { mode: 'fast' };
    case 'RelaxMode::on':
      return { mode: 'relax' };
    case 'VersionSelector':
      return chosen === undefined ? {} : { version: chosen };
    default:
      return {};
  }
}
