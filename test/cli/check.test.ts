import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { askBots } from '../../src/composition/check/ask.ts';
import { checkDiscord } from '../../src/composition/check/discord.ts';
import type { Finding } from '../../src/composition/check/finding.ts';
import { LIMIT_TEXTS } from '../../src/sim/bots/limit-texts.ts';
import { createChannel } from '../../src/sim/channels.ts';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { PERMISSION } from '../../src/sim/permissions.ts';
import { fakeParts, Terminal } from './terminal.ts';

const sims: Sim[] = [];
afterEach(async () => {
  await Promise.all(sims.splice(0).map((sim) => sim.close()));
});

async function simulator(options: SimOptions = {}): Promise<Sim> {
  const sim = await startSim({ port: 0, limits: 'none', ...options });
  sims.push(sim);
  return sim;
}

/** A configuration for the simulator; `change` edits its text. */
function fileFor(sim: Sim, change: (text: string) => string = (text) => text): string {
  const { api, gateway, cdn, upload, accounts, guildId, bots } = sim.ready;
  const text = `
discord: { api: "${api}", gateway: "${gateway}", cdn: "${cdn}", upload: "${upload}" }
accounts:
${accounts.map(({ id, kind, token }) => `  - { id: ${id}, kind: ${kind}, token: "${token}" }`).join('\n')}
bots:
  - id: coze
    driver: coze
    listen: bridge
    send: [alice]
    guildId: "${guildId}"
    botUserId: "${bots.coze.userId}"
    models: [gpt-4o]
`;
  const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'cordgate.yaml');
  writeFileSync(file, change(text));
  return file;
}

async function check(
  file: string,
  ...more: string[]
): Promise<{ code: number; findings: Finding[]; codes: string[] }> {
  const { code, stdout } = await new Terminal().run(
    ['check', '--config', file, '--json', ...more],
    fakeParts({ checkDiscord, askBots }),
  );
  const findings = JSON.parse(stdout) as Finding[];
  return {
    code,
    findings,
    codes: findings.filter(({ level }) => level !== 'ok').map((finding) => finding.code),
  };
}

describe('cordgate check says what to do about a file that cannot be used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-'));
  const written = (text: string) => {
    const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'cordgate.yaml');
    writeFileSync(file, text);
    return file;
  };
  const midjourney = (more: string) =>
    `accounts: [{ id: a, kind: user, token: t }]
bots: [{ id: m, driver: midjourney, ${more} rooms: [{ account: a, channelId: "100000000000000002" }] }]`;

  it.each<[string, string, RegExp]>([
    ['a file that is not there', join(folder, 'none.yaml'), /--config.*"cordgate init"/],
    ['a folder', folder, /^Name a file/],
    [
      'a variable that is not set',
      written('server: { host: "${NO_SUCH_NAME}" }'),
      /^Set NO_SUCH_NAME .*\.env/,
    ],
    ['words that are missing', written(midjourney('bannedWords: none.txt,')), /^Make the file.*bannedWords/],
    ['a broken line', written('server: {'), /^Correct the file at this place/],
    [
      'a certificate that is missing',
      written('server: { tls: { port: 1, cert: a, key: b } }'),
      /docs\/https\.md/,
    ],
    ['a wrong value', written('server: { port: 70000 }'), /^Change the key in the file/],
  ])('%s', async (_, file, remedy) => {
    const { code, findings } = await check(file, '--offline');
    expect(code).toBe(2);
    expect(findings[0]?.remedy).toMatch(remedy);
  });

  it('a wrong value of a variable', async () => {
    const terminal = new Terminal({ CORDGATE_SERVER_PORT: '70000' });
    const { stdout } = await terminal.run(['check', '--offline', '--config', written('bots: []')]);
    expect(stdout).toContain('-> Correct the variable CORDGATE_SERVER_PORT');
  });

  it('counts one error as one', async () => {
    const { stdout } = await new Terminal().run(['check', '--config', written('sever: {}')]);
    expect(stdout).toContain('\n1 error, 0 warnings\n');
  });
});

describe('cordgate check', () => {
  it('proves that every account can do its job', async () => {
    const { code, findings, codes } = await check(fileFor(await simulator()));
    expect(codes).toEqual(['user_account']);
    expect(code).toBe(0);
    expect(findings.map((finding) => [finding.code, finding.account, finding.bot])).toEqual([
      ['config_valid', undefined, undefined],
      ['logged_in', 'bridge', undefined],
      ['message_content', 'bridge', undefined],
      ['gateway', 'bridge', undefined],
      ['logged_in', 'alice', undefined],
      ['user_account', 'alice', undefined],
      ['permissions', 'bridge', 'coze'],
      ['permissions', 'alice', 'coze'],
      ['channels', undefined, 'coze'],
      ['coze_bot', undefined, 'coze'],
    ]);
  });

  it('finds a dead token, and says what could not be checked for it', async () => {
    const sim = await simulator();
    sim.fault({ type: 'revoke-token', account: 'bridge' });
    const { code, findings, codes } = await check(fileFor(sim));
    expect(code).toBe(1);
    expect(codes).toEqual(['token_dead', 'user_account', 'unchecked']);
    expect(findings.find((finding) => finding.code === 'token_dead')).toMatchObject({
      level: 'error',
      account: 'bridge',
      remedy: expect.stringContaining('Reset Token'),
    });
  });

  it('finds the missing intent for message content, once', async () => {
    const accounts = [{ id: 'bridge', kind: 'bot', messageContent: false }] as const;
    const { code, findings, codes } = await check(fileFor(await simulator({ accounts })));
    expect(code).toBe(1);
    expect(codes).toEqual(['message_content_missing', 'user_account']);
    expect(findings[2]?.remedy).toContain('Message Content Intent');
  });

  it('finds an account that is not in the guild', async () => {
    const accounts = [{ id: 'bridge', kind: 'bot', member: false }] as const;
    const { code, findings } = await check(fileFor(await simulator({ accounts })));
    expect(code).toBe(1);
    expect(findings.find((finding) => finding.code === 'guild_unreachable')).toMatchObject({
      account: 'bridge',
      bot: 'coze',
      remedy: expect.stringContaining('invite this bot'),
    });
    expect(findings.map((finding) => finding.code)).not.toContain('coze_bot');
  });

  it('names the permissions that are missing', async () => {
    const accounts = [{ id: 'bridge', kind: 'bot', permissions: ['VIEW_CHANNEL'] }] as const;
    const sim = await simulator({ accounts, everyone: ['VIEW_CHANNEL', 'READ_MESSAGE_HISTORY'] });
    const { code, findings } = await check(fileFor(sim));
    const lacking = findings.filter((finding) => finding.code === 'permissions_missing');
    expect(code).toBe(1);
    expect(lacking.map(({ account, message }) => [account, message])).toEqual([
      ['bridge', 'lacks permissions in the guild "Cordgate Lab": Manage Channels'],
      ['alice', 'lacks permissions in the guild "Cordgate Lab": Send Messages, Attach Files'],
    ]);
  });

  it.each<[string, (text: string, sim: Sim) => string, string]>([
    [
      'a Coze bot that is not in the guild',
      (t) => t.replace(/botUserId: ".*"/, 'botUserId: "100000000000000009"'),
      'coze_bot_missing',
    ],
    [
      'a person in the place of the Coze bot',
      (t, sim) => t.replace(/botUserId: ".*"/, `botUserId: "${userIdOf(sim, 'alice')}"`),
      'coze_bot_wrong',
    ],
    [
      'a category that does not exist',
      (t) => `${t}    categoryId: "100000000000000009"\n`,
      'category_unreachable',
    ],
    ['a bot that sends', (t) => t.replace('[alice]', '[bridge]'), 'sender_is_bot'],
    [
      'more channels than a category holds',
      (t, sim) => `${t}    categoryId: "${sim.ready.channels.category}"\n    maxChannels: 60\n`,
      'category_small',
    ],
    [
      'a WebSocket that does not answer',
      (t) => t.replace(/gateway: "[^"]*"/, 'gateway: "ws://127.0.0.1:1"'),
      'gateway_unreachable',
    ],
    [
      'an API that does not answer',
      (t) => t.replace(/api: "[^"]*"/, 'api: "http://127.0.0.1:1/api/v10"'),
      'api_unreachable',
    ],
    ['a token of the other kind', (t) => t.replace('kind: user', 'kind: bot'), 'token_dead'],
  ])('finds %s', async (_, change, code) => {
    const sim = await simulator();
    const { codes } = await check(fileFor(sim, (text) => change(text, sim)));
    expect(codes).toContain(code);
  });

  it('finds a proxy that nobody listens at, and asks nothing further', async () => {
    const sim = await simulator();
    const port = await closedPort();
    const file = fileFor(sim, (text) =>
      text.replace('discord: {', `discord: { proxy: "socks5://u:HIDDEN@127.0.0.1:${port}",`),
    );
    const { code, findings, codes } = await check(file);
    expect(code).toBe(1);
    expect(codes).toEqual(['proxy_unreachable']);
    expect(JSON.stringify(findings)).not.toContain('HIDDEN');
  });

  it('gives every finding that is not good a remedy, and shows no token', async () => {
    const sim = await simulator();
    sim.fault({ type: 'revoke-token', account: 'bridge' });
    const { findings } = await check(fileFor(sim));
    for (const { level, remedy } of findings) expect(level === 'ok' || remedy !== '').toBe(true);
    for (const { token } of sim.ready.accounts) expect(JSON.stringify(findings)).not.toContain(token);
  });

  it('lists the problems of a broken file with exit code 2, and does not log in', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'cordgate.yaml');
    writeFileSync(file, 'server: { prot: 1 }\nlog: { level: loud }\n');
    const { code, findings } = await check(file);
    expect(code).toBe(2);
    expect(findings).toMatchObject([
      { level: 'error', code: 'config', message: expect.stringContaining('server.prot') },
      { level: 'error', code: 'config', message: expect.stringContaining('log.level') },
    ]);
  });

  it('with --offline looks at the file only', async () => {
    const file = fileFor(await simulator());
    const { code, stdout } = await new Terminal().run(['check', '--config', file, '--offline']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}.*cordgate\.yaml is valid\n/);
    expect(stdout).toContain('0 errors, 0 warnings');
  });
});

const bit = (name: keyof typeof PERMISSION) => PERMISSION[name];

/** Makes so many channels in the world, in the category when one is named. */
function addChannels(sim: Sim, count: number, parentId: string | null = null, prefix = 'room'): void {
  const guild = guildOf(sim);
  for (let number = 0; number < count; number += 1) {
    createChannel(sim.world, guild, { name: `${prefix}-${number}`, parentId });
  }
}

function guildOf(sim: Sim) {
  const guild = sim.world.guilds.get(sim.ready.guildId);
  if (!guild) throw new Error('no guild');
  return guild;
}

/** Takes permissions from one member in one channel or category. */
function deny(sim: Sim, channelId: string | undefined, userId: string | undefined, bits: bigint): void {
  const channel = sim.world.channels.get(channelId ?? '');
  channel?.overwrites.push({ id: userId ?? '', type: 1, allow: 0n, deny: bits });
}

const inCategory =
  (sim: Sim, more = '') =>
  (text: string) =>
    `${text}    categoryId: "${sim.ready.channels.category}"\n${more}`;

describe('cordgate check looks at the room for channels, and', () => {
  it('tells how full the guild and the category are', async () => {
    const sim = await simulator();
    addChannels(sim, 10, sim.ready.channels.category);
    const file = fileFor(sim, inCategory(sim, '    maxChannels: 40\n'));
    const { findings, codes } = await check(file);
    expect(codes).toEqual(['user_account']);
    expect(findings.find(({ code }) => code === 'channels')?.message).toBe(
      'the guild has 15 of 500 channels, the category 10 of 50: there is room for maxChannels 40',
    );
  });

  it.each([
    { what: 'a category', inside: 11, outside: 0, own: 0, max: 40, found: ['warn', 'category_full'] },
    { what: 'a full category', inside: 50, outside: 0, own: 0, max: 1, found: ['error', 'category_full'] },
    { what: 'a guild', inside: 0, outside: 400, own: 0, max: 96, found: ['warn', 'guild_full'] },
    { what: 'a guild with just enough room', inside: 0, outside: 400, own: 0, max: 95, found: undefined },
    { what: 'a category full of its own', inside: 0, outside: 0, own: 50, max: 50, found: undefined },
  ])('warns when maxChannels does not fit into $what', async ({ inside, outside, own, max, found }) => {
    const sim = await simulator();
    const category = sim.ready.channels.category ?? '';
    addChannels(sim, inside, category);
    addChannels(sim, own, category, 'cg-0123abcd-89ef4567');
    addChannels(sim, outside);
    const place = inside + own > 0 ? inCategory(sim) : (text: string) => text;
    const file = fileFor(sim, (text) => `${place(text)}    maxChannels: ${max}\n`);
    const { findings } = await check(file);
    const full = findings.find(({ code }) => code.endsWith('_full'));
    expect(full && [full.level, full.code]).toEqual(found);
    expect(findings.some(({ code }) => code === 'channels')).toBe(found === undefined);
  });

  it('adds up the bots that share a category', async () => {
    const sim = await simulator();
    const file = fileFor(sim, (text) => {
      const first = inCategory(sim, '    maxChannels: 30\n')(text);
      const bot = first.slice(first.indexOf('  - id: coze'));
      return first + bot.replace('id: coze', 'id: other').replace('gpt-4o', 'gpt-4');
    });
    const full = (await check(file)).findings.filter(({ code }) => code === 'category_full');
    expect(full.map(({ bot }) => bot)).toEqual(['coze', 'other']);
    expect(full[0]?.message).toContain('together 60');
  });

  it('finds a channel in the place of the category', async () => {
    const sim = await simulator();
    const file = fileFor(sim, (text) => `${text}    categoryId: "${sim.ready.channels.general}"\n`);
    const { code, findings } = await check(file);
    expect(code).toBe(1);
    expect(findings.find((finding) => finding.code === 'category_wrong')).toMatchObject({
      level: 'error',
      message: expect.stringContaining('"general"'),
    });
  });
});

describe('cordgate check looks at the Coze bots, and', () => {
  it.each([
    ['SEND_MESSAGES', 'error', 'Send Messages'],
    ['VIEW_CHANNEL', 'error', 'View Channels'],
    ['ATTACH_FILES', 'warn', 'Attach Files'],
    ['EMBED_LINKS', 'warn', 'Embed Links'],
    ['READ_MESSAGE_HISTORY', 'warn', 'Read Message History'],
  ] as const)('finds that one lacks %s in the category', async (name, level, words) => {
    const sim = await simulator();
    deny(sim, sim.ready.channels.category, sim.ready.bots.coze.userId, bit(name));
    const { code, findings } = await check(fileFor(sim, inCategory(sim)));
    expect(code).toBe(level === 'error' ? 1 : 0);
    expect(findings.find((finding) => finding.code === 'coze_bot_permissions')).toMatchObject({
      level,
      bot: 'coze',
      message: expect.stringContaining(words),
    });
  });

  it('checks each of several Coze bots and of several senders', async () => {
    const sim = await simulator({ cozeBots: 3, users: 2 });
    const [first = '', second = '', third = ''] = sim.ready.bots.coze.userIds ?? [];
    deny(sim, sim.ready.channels.category, second, bit('SEND_MESSAGES'));
    deny(sim, sim.ready.channels.category, userIdOf(sim, 'bob'), bit('ATTACH_FILES'));
    const file = fileFor(sim, (text) =>
      inCategory(sim)(
        text
          .replace(/botUserId: .*/, `botUserIds: ["${first}", "${second}", "${third}", "100000000000000009"]`)
          .replace('[alice]', '[alice, bob]'),
      ),
    );
    const { code, findings } = await check(file);
    expect(code).toBe(1);
    expect(
      findings.flatMap(({ bot, account, code, level }) => (bot ? [[code, level, account]] : [])),
    ).toEqual([
      ['permissions', 'ok', 'bridge'],
      ['permissions', 'ok', 'alice'],
      ['permissions_missing', 'error', 'bob'],
      ['channels', 'ok', undefined],
      ['coze_bot', 'ok', undefined],
      ['coze_bot', 'ok', undefined],
      ['coze_bot_permissions', 'error', undefined],
      ['coze_bot', 'ok', undefined],
      ['coze_bot_missing', 'error', undefined],
    ]);
    expect(findings.find((finding) => finding.code === 'coze_bot_permissions')?.message).toContain(second);
  });
});

describe('cordgate check looks at the given conversations, and', () => {
  const given = (entries: Record<string, string | undefined>) => (text: string) =>
    `${text}    conversations: ${JSON.stringify(entries)}\n`;

  it('finds nothing wrong with channels that everybody can use', async () => {
    const sim = await simulator();
    const { general, coze } = sim.ready.channels;
    const { codes, findings } = await check(fileFor(sim, given({ one: general, two: coze })));
    expect(codes).toEqual(['user_account']);
    expect(findings.at(-1)).toMatchObject({ code: 'conversations', message: expect.stringContaining('2') });
  });

  it('names each that is missing, of the wrong kind, or closed to somebody', async () => {
    const sim = await simulator();
    const { general, coze, midjourney, category } = sim.ready.channels;
    deny(sim, general, userIdOf(sim, 'alice'), bit('SEND_MESSAGES'));
    deny(sim, coze, userIdOf(sim, 'bridge'), bit('READ_MESSAGE_HISTORY'));
    deny(sim, midjourney, sim.ready.bots.coze.userId, bit('SEND_MESSAGES'));
    const entries = { gone: '100000000000000009', box: category, a: general, b: coze, c: midjourney };
    const { code, findings } = await check(fileFor(sim, given(entries)));
    expect(code).toBe(1);
    const bad = findings.filter((finding) => finding.code.startsWith('conversation'));
    expect(bad.map((finding) => finding.code)).toEqual([
      'conversation_unreachable',
      'conversation_wrong',
      ...['conversation_permissions', 'conversation_permissions', 'conversation_permissions'],
    ]);
    expect(bad.map(({ message }) => message)).toEqual([
      expect.stringContaining('"gone"'),
      expect.stringContaining('"box"'),
      expect.stringMatching(/"a".*account alice lacks Send Messages$/),
      expect.stringMatching(/"b".*account bridge lacks Read Message History$/),
      expect.stringMatching(/"c".*the Coze bot coze lacks Send Messages$/),
    ]);
  });
});

describe('cordgate check --ask', () => {
  const channelCount = (sim: Sim) => sim.world.channels.size;
  const quick = (text: string) => `${text}    deadlineMs: 1500\n    idleMs: 500\n`;

  it('asks nothing unless it is told to', async () => {
    const sim = await simulator();
    await check(fileFor(sim));
    expect(messagesOf(sim)).toEqual([]);
    expect(sim.world.counts.channelsCreated).toBe(0);
  });

  it('tells the first 80 characters of the answer and the time, and leaves nothing behind', async () => {
    const sim = await simulator({ speed: 50 });
    sim.script({ text: `Yes,\nI am here. ${'🙂'.repeat(100)}` });
    const before = channelCount(sim);
    const { code, findings } = await check(fileFor(sim), '--ask');
    expect(code).toBe(0);
    const answered = findings.find((finding) => finding.code === 'answered');
    expect(answered).toMatchObject({ level: 'ok', bot: 'coze' });
    expect(answered?.message).toMatch(/^answered within \d+\.\d s: "Yes, I am here\. (🙂)+…"$/u);
    expect([...(answered?.message.split('"')[1] ?? '')]).toHaveLength(81);
    expect(sim.world.counts.channelsCreated).toBe(1);
    expect(channelCount(sim)).toBe(before);
  });

  it('asks each of several Coze bots, and tells which did not answer and what is likely wrong', async () => {
    const sim = await simulator({ speed: 50, cozeBots: 2 });
    const [first = '', second = ''] = sim.ready.bots.coze.userIds ?? [];
    sim.script({ bot: second, silent: true });
    const ids = `botUserIds: ["${first}", "${second}"]`;
    const file = fileFor(sim, (text) =>
      quick(text.replace(/botUserId: .*/, ids).replace('[alice]', '[bridge]')),
    );
    const { code, findings } = await check(file, '--ask');
    expect(code).toBe(1);
    const last = findings.slice(-2);
    expect(last.map((finding) => [finding.code, finding.bot])).toEqual([
      ['answered', 'coze'],
      ['not_answered', 'coze'],
    ]);
    expect(last[0]?.message).toContain(first);
    expect(last[1]?.message).toContain(second);
    expect(last[1]?.remedy).toContain('ignores what bots write');
    expect(channelCount(sim)).toBe(6 - 1);
  });

  it('tells what Coze itself says is wrong', async () => {
    const sim = await simulator({ speed: 50 });
    sim.script({ limit: Object.keys(LIMIT_TEXTS)[0] });
    const { code, findings } = await check(fileFor(sim, quick), '--ask');
    expect(code).toBe(1);
    expect(findings.at(-1)).toMatchObject({ code: 'not_answered', level: 'error' });
    expect(findings.at(-1)?.remedy).not.toBe('');
  });

  it('does not ask a bot in which an error was found', async () => {
    const sim = await simulator();
    const file = fileFor(sim, (text) => text.replace(/botUserId: ".*"/, 'botUserId: "100000000000000009"'));
    const { findings } = await check(file, '--ask');
    expect(findings.at(-1)).toMatchObject({ code: 'not_asked', level: 'warn', bot: 'coze' });
    expect(messagesOf(sim)).toEqual([]);
  });

  it('cannot be had together with --offline', async () => {
    const { code } = await new Terminal().run(['check', '--offline', '--ask']);
    expect(code).toBe(2);
  });
});

const messagesOf = (sim: Sim) => [...sim.world.channels.values()].flatMap(({ messages }) => messages);

function userIdOf(sim: Sim, id: string): string | undefined {
  return sim.ready.accounts.find((account) => account.id === id)?.userId;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
