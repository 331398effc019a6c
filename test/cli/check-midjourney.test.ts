import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { askBots } from '../../src/composition/check/ask.ts';
import { checkDiscord } from '../../src/composition/check/discord.ts';
import type { Finding } from '../../src/composition/check/finding.ts';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
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

interface Room {
  readonly account: string;
  readonly guildId?: string;
  readonly channelId?: string;
}

/** A configuration in which people draw in the simulator. */
function fileFor(sim: Sim, rooms: readonly Room[], more = ''): string {
  const { api, gateway, cdn, upload, accounts, guildId, channels } = sim.ready;
  const people = accounts.filter(({ kind }) => kind === 'user');
  const lines = rooms.map((room) =>
    JSON.stringify({ guildId, channelId: channels.midjourney, ...room }).replaceAll('"null"', 'null'),
  );
  const text = `
discord: { api: "${api}", gateway: "${gateway}", cdn: "${cdn}", upload: "${upload}" }
accounts:
${people.map(({ id, kind, token }) => `  - { id: ${id}, kind: ${kind}, token: "${token}" }`).join('\n')}
bots:
  - id: midjourney
    driver: midjourney
    rooms:
${lines.map((line) => `      - ${line}`).join('\n')}
${more}
`;
  const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'cordgate.yaml');
  writeFileSync(file, text);
  return file;
}

async function check(file: string, ...more: string[]): Promise<{ code: number; findings: Finding[] }> {
  const { code, stdout } = await new Terminal().run(
    ['check', '--config', file, '--json', ...more],
    fakeParts({ checkDiscord, askBots }),
  );
  return { code, findings: JSON.parse(stdout) as Finding[] };
}

const codesOf = (findings: readonly Finding[]) =>
  findings.filter(({ level }) => level !== 'ok').map(({ code }) => code);

describe('cordgate check of a Midjourney bot', () => {
  it('proves that every account can draw in its room', async () => {
    const { code, findings } = await check(fileFor(await simulator(), [{ account: 'alice' }]));
    expect(code).toBe(0);
    expect(findings.map((finding) => [finding.code, finding.account, finding.bot])).toEqual([
      ['config_valid', undefined, undefined],
      ['logged_in', 'alice', undefined],
      ['user_account', 'alice', undefined],
      ['gateway', 'alice', undefined],
      ['room', 'alice', 'midjourney'],
      ['commands', 'alice', 'midjourney'],
    ]);
    expect(findings.at(-1)?.message).toMatch(
      /^the bot ".+" \(936929561302675456\) offers its commands here$/,
    );
  });

  it('warns once that people are not to be automated, however many there are', async () => {
    const rooms = [{ account: 'alice' }, { account: 'bob' }, { account: 'carol' }];
    const { findings } = await check(fileFor(await simulator({ users: 3 }), rooms));
    const warnings = findings.filter(({ code }) => code === 'user_account');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      account: 'alice',
      message: expect.stringMatching(/against Discord's terms.*so it is with: bob, carol$/),
      remedy: expect.stringContaining('spare account'),
    });
  });

  it.each<[string, (sim: Sim) => Room, string, RegExp]>([
    [
      'a channel that is not there',
      () => ({ account: 'alice', channelId: '100000000000000009' }),
      'room_unreachable',
      /View Channels/,
    ],
    [
      'a channel of another guild',
      () => ({ account: 'alice', guildId: '100000000000000009' }),
      'room_guild_wrong',
      /into guildId/,
    ],
  ])('finds %s', async (_, room, expected, remedy) => {
    const sim = await simulator();
    const { code, findings } = await check(fileFor(sim, [room(sim)]));
    expect(code).toBe(1);
    expect(findings.find((finding) => finding.code === expected)).toMatchObject({
      level: 'error',
      account: 'alice',
      bot: 'midjourney',
      remedy: expect.stringMatching(remedy),
    });
  });

  it('finds an account that may not use commands, and one that may not do the rest', async () => {
    const everyone = ['VIEW_CHANNEL'] as const;
    const { code, findings } = await check(fileFor(await simulator({ everyone }), [{ account: 'alice' }]));
    expect(code).toBe(1);
    expect(findings.find((finding) => finding.code === 'room_permissions')).toMatchObject({
      level: 'error',
      message: expect.stringMatching(
        /cannot give commands in the channel "midjourney" .*lacks Use Application Commands, Read Message History/,
      ),
    });
    const some = ['VIEW_CHANNEL', 'USE_APPLICATION_COMMANDS', 'READ_MESSAGE_HISTORY'] as const;
    const second = await check(fileFor(await simulator({ everyone: some }), [{ account: 'alice' }]));
    expect(second.code).toBe(0);
    expect(codesOf(second.findings)).toEqual(['user_account', 'room_permissions']);
  });

  it('finds a dead token, and says what could not be checked for it', async () => {
    const sim = await simulator({ users: 2 });
    sim.fault({ type: 'revoke-token', account: 'bob' });
    const { code, findings } = await check(fileFor(sim, [{ account: 'alice' }, { account: 'bob' }]));
    expect(code).toBe(1);
    expect(codesOf(findings)).toEqual(['user_account', 'token_dead', 'unchecked']);
  });

  it('finds an application that offers nothing, and names those that do', async () => {
    const more = '    applicationId: "100000000000000009"';
    const { code, findings } = await check(fileFor(await simulator(), [{ account: 'alice' }], more));
    expect(code).toBe(1);
    expect(findings.find((finding) => finding.code === 'commands_missing')).toMatchObject({
      message: expect.stringMatching(
        /100000000000000009 offers no \/imagine here; others do: .*936929561302675456/,
      ),
      remedy: expect.stringContaining('applicationId'),
    });
  });

  it('draws nothing with --ask, and says so', async () => {
    const sim = await simulator();
    const { code, findings } = await check(fileFor(sim, [{ account: 'alice' }]), '--ask');
    expect(code).toBe(0);
    expect(findings.at(-1)).toEqual({
      level: 'ok',
      code: 'not_drawn',
      bot: 'midjourney',
      message: 'was not asked for a picture: that would cost its account time or money',
      remedy: '',
    });
  });
});
