import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDiscord } from '../../src/check/discord.ts';
import type { Finding } from '../../src/check/finding.ts';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { fakeParts, Terminal } from './terminal.ts';

const sims: Sim[] = [];
afterEach(async () => {
  await Promise.all(sims.splice(0).map((sim) => sim.close()));
});

async function simulator(options: SimOptions = {}): Promise<Sim> {
  const sim = await startSim({ port: 0, ...options });
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

async function check(file: string): Promise<{ code: number; findings: Finding[]; codes: string[] }> {
  const { code, stdout } = await new Terminal().run(
    ['check', '--config', file, '--json'],
    fakeParts({ checkDiscord }),
  );
  const findings = JSON.parse(stdout) as Finding[];
  return {
    code,
    findings,
    codes: findings.filter(({ level }) => level !== 'ok').map((finding) => finding.code),
  };
}

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
