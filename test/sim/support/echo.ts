import type { SimApplication, SimCommand, SimInteraction } from '../../../src/sim/applications.ts';
import type { SimMessage, WireObject } from '../../../src/sim/model.ts';
import type { World } from '../../../src/sim/world.ts';

const command = (id: string, name: string, options: WireObject[] = []): SimCommand => ({
  id,
  name,
  version: '1100000000000000001',
  type: 1,
  description: `The command ${name}`,
  options,
});
const button = (customId: string) => ({ type: 2, style: 2, label: customId, custom_id: customId });
const row = (...customIds: string[]) => [{ type: 1, components: customIds.map(button) }];

/** A small application that does one thing of each kind. */
export class Echo implements SimApplication {
  readonly id = '1000000000000000042';
  readonly name = 'Echo';
  readonly commands: SimCommand[] = [
    {
      ...command('1000000000000000101', 'echo', [
        {
          type: 3,
          name: 'words',
          description: 'What to say',
          required: true,
          name_localizations: { 'zh-CN': '文字' },
        },
        { type: 11, name: 'picture', description: 'What to show' },
      ]),
      nameLocalizations: { 'zh-CN': '回声' },
    },
    command('1000000000000000102', 'whisper'),
    command('1000000000000000103', 'refuse'),
    command('1000000000000000104', 'sleep'),
    command('1000000000000000105', 'set', [
      {
        type: 1,
        name: 'mood',
        description: 'How it feels',
        options: [{ type: 3, name: 'value', description: 'v' }],
      },
    ]),
  ];
  readonly heard: SimInteraction[] = [];
  readonly reactions: { messageId: string; emoji: string; userId: string }[] = [];
  readonly posted: { method: string; path: string; body: unknown }[] = [];
  readonly #world: World;

  constructor(world: World, guildId: string) {
    this.#world = world;
    world.addUser('echo', true, this.id);
    const guild = world.guilds.get(guildId);
    if (!guild) throw new Error('no such guild');
    world.addMember(guild, this.id, 0n);
    world.applications.set(this.id, this);
  }

  handle(interaction: SimInteraction): void {
    this.heard.push(interaction);
    const name = interaction.command?.name ?? interaction.component?.customId ?? 'form';
    if (name === 'sleep') return;
    if (name === 'refuse') {
      interaction.fail(1);
      return;
    }
    interaction.succeed();
    if (name === 'form:open') {
      const field = { type: 4, custom_id: 'words', style: 2, label: 'Words', value: 'old', required: true };
      const components = [{ type: 1, components: [field] }];
      interaction.openModal({ customId: 'the-form', title: 'A form', components });
    } else if (name === 'page:open') {
      interaction.openFrame({ customId: 'the-page', title: 'A page', path: 'draw/index.html?x=1' });
    } else this.#reply(interaction, name);
  }

  activity(method: string, path: string, body: unknown) {
    if (path !== '/draw/submit') return undefined;
    this.posted.push({ method, path, body });
    return { status: 200, body: { result: 'success' } };
  }

  reacted(message: SimMessage, emoji: string, userId: string): void {
    this.reactions.push({ messageId: message.id, emoji, userId });
  }

  #reply(interaction: SimInteraction, name: string): void {
    const { command: called, component, modal } = interaction;
    const words = called?.options.find((option) => option.name === 'words')?.value;
    const picture = called?.options.find((option) => option.name === 'picture')?.attachment;
    const file = picture && this.#world.files.read(picture);
    interaction.reply({
      content: String(modal?.values.words ?? words ?? name),
      withNonce: true,
      attachments: file ? [this.#world.files.attach(interaction.channelId, this.#world.newId(), file)] : [],
      components: row('again', 'form:open', 'page:open'),
      ...(name === 'whisper' || name === 'hush' ? { flags: 64, components: row('hush') } : {}),
      ...(component && name !== 'hush' ? { replyTo: component.messageId } : {}),
    });
  }
}
