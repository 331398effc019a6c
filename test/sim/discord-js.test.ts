/** The simulator as an unmodified discord.js 14 sees it. */
import { Client, Events, GatewayIntentBits, type Message, type TextChannel } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { tokenOf } from './support/rest.ts';

const { Guilds, GuildMessages, MessageContent, GuildMessageTyping } = GatewayIntentBits;
const ALL = [Guilds, GuildMessages, MessageContent, GuildMessageTyping];

let sim: Sim;
let client: Client;
afterEach(async () => {
  await client.destroy();
  await sim.close();
});

async function login(options: SimOptions = {}, intents = ALL): Promise<TextChannel> {
  sim = await startSim({ port: 0, speed: 20, ...options });
  client = new Client({ intents, rest: { api: sim.ready.api.replace('/v10', '') } });
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(tokenOf(sim, 'bridge'));
  await ready;
  return (await client.channels.fetch(sim.ready.channels.general ?? '')) as TextChannel;
}

/** Resolves with the first message that fits, new or edited. */
function seen(fits: (message: Message) => boolean): Promise<Message> {
  return new Promise((resolve) => {
    const look = (message: Message) => fits(message) && resolve(message);
    client.on(Events.MessageCreate, look);
    client.on(Events.MessageUpdate, (_old, message) => look(message));
  });
}

describe('discord.js', () => {
  it('logs in and finds its guild with channels and roles', async () => {
    const channel = await login();
    const guild = client.guilds.cache.get(sim.ready.guildId);
    expect(guild?.name).toBe('Cordgate Lab');
    expect(guild?.channels.cache.size).toBe(5);
    expect(channel.name).toBe('general');
    expect(client.user?.id).toBe(sim.ready.accounts[0]?.userId);
    expect(client.application?.flags.has('GatewayMessageContentLimited')).toBe(true);
    expect((await guild?.members.fetchMe())?.permissions.has('ManageChannels')).toBe(true);
  });

  it('sends, edits, replies, uploads and deletes', async () => {
    const channel = await login();
    const sent = await channel.send('first');
    expect((await sent.edit('second')).content).toBe('second');
    const reply = await sent.reply({
      content: 'with a file',
      files: [{ attachment: Buffer.from('bytes'), name: 'a b.txt' }],
    });
    expect(reply.reference?.messageId).toBe(sent.id);
    const file = reply.attachments.first();
    expect(file).toMatchObject({ name: 'a_b.txt', size: 5 });
    expect(await (await fetch(file?.url ?? '')).text()).toBe('bytes');
    const history = await channel.messages.fetch({ limit: 10 });
    expect([...history.values()].map((message) => message.content)).toEqual(['with a file', 'second']);
    await reply.delete();
    expect(sim.world.channels.get(channel.id)?.messages.map(({ content }) => content)).toEqual(['second']);
  });

  it('gets the reply of the Coze bot, which grows by edits and ends with buttons', async () => {
    const channel = await login();
    const texts: string[] = [];
    const done = seen((message) => {
      if (message.author.id !== sim.ready.bots.coze.userId) return false;
      texts.push(message.content);
      return message.components.length > 0;
    });
    const prompt = await channel.send(`<@${sim.ready.bots.coze.userId}> how do you do`);
    const answer = await done;
    expect(answer.content).toBe('You said: how do you do');
    expect(answer.reference?.messageId).toBe(prompt.id);
    expect(answer.editedTimestamp).not.toBeNull();
    expect(texts).toHaveLength(5);
    for (const text of texts) expect(answer.content.startsWith(text)).toBe(true);
  });

  it('is shown no content without the intent, but what mentions it', async () => {
    const channel = await login({}, [Guilds, GuildMessages]);
    const contents: string[] = [];
    const last = seen((message) => {
      contents.push(message.content);
      return contents.length === 3;
    });
    const alice = restAs('alice');
    await alice(channel.id, 'hello everybody');
    await alice(channel.id, `hello <@${client.user?.id}>`);
    await channel.send('my own');
    await last;
    expect(contents).toEqual(['', `hello <@${client.user?.id}>`, 'my own']);
  });

  it('is told when the portal does not allow the content intent', async () => {
    const failed = login({ accounts: [{ id: 'bridge', kind: 'bot', messageContent: false }] });
    await expect(failed).rejects.toThrow(/disallowed intents/i);
  });

  it('resumes after its socket broke and gets what it missed', async () => {
    const channel = await login();
    const resumed = new Promise((resolve) =>
      client.once(Events.ShardResume, (_id, replayed) => resolve(replayed)),
    );
    const missed = seen((message) => message.content === 'while you were away');
    sim.fault({ type: 'drop-sockets', account: 'bridge' });
    await restAs('alice')(channel.id, 'while you were away');
    await missed;
    expect(await resumed).toBeGreaterThanOrEqual(1);
    expect(sim.state().gateway).toMatchObject({ identifies: 1, resumes: 1 });
  });

  it('creates, renames and deletes channels', async () => {
    await login();
    const guild = client.guilds.cache.get(sim.ready.guildId);
    const made = await guild?.channels.create({
      name: 'Brand New',
      parent: sim.ready.channels.category ?? '',
    });
    expect(made?.name).toBe('brand-new');
    expect((await made?.setName('newer'))?.name).toBe('newer');
    await made?.delete();
    expect(sim.world.channels.has(made?.id ?? '')).toBe(false);
  });
});

function restAs(accountId: string) {
  return async (channelId: string, content: string) => {
    const response = await fetch(`${sim.ready.api}/channels/${channelId}/messages`, {
      method: 'POST',
      headers: { authorization: tokenOf(sim, accountId), 'content-type': 'application/json' },
      body: JSON.stringify({ content }),
    });
    expect(response.status).toBe(200);
  };
}
