import { expect, it } from 'vitest';
import { checkProbed } from '../../src/composition/check/discord.ts';
import { loadConfig } from '../../src/config/load.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { ApplicationCommand } from '../../src/core/interaction.ts';
import type { Probe } from '../../src/discord/probe.ts';
import type { CommandProbe } from '../../src/discord/probe-commands.ts';

const GUILD = '100000000000000001';
const CHANNEL = '100000000000000002';
const MIDJOURNEY = '936929561302675456';
const NIJI = '1022952195194359889';
const NAMES = ['imagine', 'describe', 'blend', 'shorten', 'show', 'info', 'settings', 'fast', 'relax'];
const EVERYTHING = (1n << 64n) - 1n;

const commandsOf = (applicationId: string, names = NAMES): ApplicationCommand[] =>
  names.map((name) => ({ id: '1', application_id: applicationId, version: '2', name, type: 1 }));

function unused(): never {
  throw new Error('not asked');
}

const PROBE: Probe = {
  reach: unused,
  getCurrentUser: async () => ({ id: '5', username: 'alice', bot: false }),
  getApplicationFlags: unused,
  getGuild: unused,
  getChannels: unused,
  getMember: async () => undefined,
  getPermissions: async () => EVERYTHING,
  logIn: async () => ({ ok: true, userId: '5' }),
  close: async () => {},
};

const COMMANDS: CommandProbe = {
  getPlace: async (id) => ({ id, name: 'art', type: 0, guildId: GUILD }),
  getCommands: async () => commandsOf(MIDJOURNEY),
  getMemberCount: async () => 12,
  close: async () => {},
};

const refusal = (status: number, code: number) =>
  new GatewayError('discord_refused', 'no.', { cause: { status, discordCode: code } });

/** The findings on the room, each as `level code: message`. */
async function findingsOf(commands: Partial<CommandProbe>, more = '', guild = `guildId: "${GUILD}", `) {
  const text = `
accounts: [{ id: alice, kind: user, token: t }]
bots:
  - id: m
    driver: midjourney
    rooms: [{ account: alice, ${guild}channelId: "${CHANNEL}" }]
    ${more}
`;
  const { config } = loadConfig({ text, env: {} });
  const probed = config.accounts.map((account) => ({
    account,
    probe: PROBE,
    commands: { ...COMMANDS, ...commands },
  }));
  const found = await checkProbed(config, probed, new AbortController().signal);
  return found
    .filter(({ bot }) => bot === 'm')
    .map(({ level, code, message }) => `${level} ${code}: ${message}`);
}

it.each<[string, Partial<CommandProbe>, string, RegExp]>([
  [
    'a guild of ordinary size',
    {},
    '',
    /^ok room: may give commands.*\nok commands: the bot 936929561302675456 offers/,
  ],
  [
    'a very large guild',
    { getMemberCount: async () => 1_200_000 },
    '',
    /warn guild_large: .*1200000 members/,
  ],
  [
    'a guild of unknown size',
    { getMemberCount: async () => undefined },
    '',
    /^ok room.*\nok commands[^\n]*$/,
  ],
  [
    'no bot at all',
    { getCommands: async () => commandsOf('7', ['ping']) },
    '',
    /error commands_missing: no bot offers \/imagine/,
  ],
  ['niji・journey alone', { getCommands: async () => commandsOf(NIJI) }, '', /error commands_/],
  [
    'niji・journey beside it',
    { getCommands: async () => [...commandsOf(NIJI), ...commandsOf(MIDJOURNEY)] },
    '',
    /ok commands[^\n]*$/,
  ],
  ['a bot under another id', { getCommands: async () => commandsOf('77') }, '', /ok commands: the bot 77 /],
  [
    'two strange bots',
    { getCommands: async () => [...commandsOf('77'), ...commandsOf('78')] },
    '',
    /error commands_ambiguous: .*77, 78/,
  ],
  [
    'a strange bot beside it',
    { getCommands: async () => [...commandsOf('77'), ...commandsOf(MIDJOURNEY)] },
    '',
    /warn commands_ambiguous: .*too: 77$/,
  ],
  [
    'a strange bot beside the configured one',
    { getCommands: async () => [...commandsOf('77'), ...commandsOf('936929561302675457')] },
    'applicationId: "936929561302675457"',
    /ok commands[^\n]*$/,
  ],
  [
    'a niji・journey that is not there',
    {},
    `nijiApplicationId: "${NIJI}"`,
    /error commands_missing: the application 1022952195194359889 \(nijiApplicationId\)/,
  ],
  [
    'a bot that lacks commands',
    { getCommands: async () => commandsOf(MIDJOURNEY, ['imagine', 'info']) },
    '',
    /warn commands_few: .*not: \/describe, \/blend/,
  ],
  [
    'a channel that Discord does not know',
    { getPlace: () => Promise.reject(refusal(404, 10_003)) },
    '',
    /^error room_unreachable: does not see the channel[^\n]*$/,
  ],
  [
    'a channel that it may not see',
    { getPlace: () => Promise.reject(refusal(403, 50_001)) },
    '',
    /^error room_unreachable: does not see the channel[^\n]*$/,
  ],
  [
    'a server that cannot be asked for a channel',
    { getPlace: () => Promise.reject(refusal(404, 0)) },
    '',
    /^warn room_unknown: the channel 100000000000000002 could not be looked up: no\.\nok commands: /,
  ],
  [
    'commands that cannot be read',
    { getCommands: () => Promise.reject(new GatewayError('discord_timeout', 'too slow')) },
    '',
    /warn commands_unknown: the commands could not be read: too slow/,
  ],
])('cordgate check of a room sees %s', async (_, commands, more, expected) => {
  expect((await findingsOf(commands, more)).join('\n')).toMatch(expected);
});

it('cordgate check of a room in direct messages asks for no permissions, and for the commands of the channel', async () => {
  const asked: unknown[] = [];
  const direct: Partial<CommandProbe> = {
    getPlace: async (id) => ({ id, name: '', type: 1 }),
    getCommands: async (place) => {
      asked.push(place);
      return commandsOf(MIDJOURNEY);
    },
    getMemberCount: unused,
  };
  expect(await findingsOf(direct, '', '')).toEqual([
    'ok room: sees its direct messages with the bot',
    'ok commands: the bot 936929561302675456 offers its commands here',
  ]);
  expect(asked).toEqual([{ channelId: CHANNEL }]);
  expect(await findingsOf(direct)).toEqual([
    expect.stringMatching(/^error room_guild_wrong: .*belongs to direct messages, but guildId is/),
  ]);
  expect(await findingsOf({}, '', '')).toEqual([
    expect.stringMatching(/^error room_guild_wrong: .*belongs to the guild .*, but no guildId is given/),
  ]);
});
