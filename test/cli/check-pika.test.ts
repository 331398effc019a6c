import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { askBots } from '../../src/composition/check/ask.ts';
import { checkDiscord } from '../../src/composition/check/discord.ts';
import type { Finding } from '../../src/composition/check/finding.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { fakeParts, Terminal } from './terminal.ts';

let sim: Sim | undefined;
afterEach(() => sim?.close());

/** Checks a configuration in which alice films in the simulator. */
async function check(
  more = '',
  script: Record<string, unknown> = {},
): Promise<{ code: number; findings: Finding[] }> {
  sim = await startSim({ port: 0, limits: 'none' });
  sim.script({ pika: script });
  const { api, gateway, cdn, upload, accounts, guildId, channels } = sim.ready;
  const token = accounts.find(({ id }) => id === 'alice')?.token;
  const text = `
discord: { api: "${api}", gateway: "${gateway}", cdn: "${cdn}", upload: "${upload}" }
accounts: [{ id: alice, kind: user, token: "${token}" }]
bots:
  - id: pika
    driver: pika
    rooms: [{ account: alice, guildId: "${guildId}", channelId: "${channels.pika}" }]
    ${more}
`;
  const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'cordgate.yaml');
  writeFileSync(file, text);
  const { code, stdout } = await new Terminal().run(
    ['check', '--config', file, '--json'],
    fakeParts({ checkDiscord, askBots }),
  );
  return { code, findings: JSON.parse(stdout) as Finding[] };
}

const found = (findings: readonly Finding[], wanted: string) => findings.find(({ code }) => code === wanted);

describe('cordgate check of a Pika bot', () => {
  it.each([
    ['alone', {}],
    ['beside another with a command of the same name', { rival: true }],
  ])('proves that the account can film in its room, %s', async (_, script) => {
    const { code, findings } = await check('', script);
    expect(code).toBe(0);
    expect(findings.map((finding) => finding.code).slice(-2)).toEqual(['room', 'commands']);
    expect(found(findings, 'commands')).toMatchObject({
      level: 'ok',
      bot: 'pika',
      message: expect.stringMatching(
        `^the bot ".*" \\(${sim?.ready.bots.pika.userId}\\) offers its commands here$`,
      ),
    });
  });

  it.each([
    ['the bot', '', { missing: ['bot'] }, /^no bot offers \/create and \/animate here$/],
    ['one of its commands', '', { missing: ['animate'] }, /^no bot offers \/create and \/animate here$/],
    [
      'a command of another name',
      'commands: { create: film }',
      {},
      /^no bot offers \/film and \/animate here$/,
    ],
    ['the configured one', 'applicationId: "100000000000000009"', {}, /offers no .* here; others do: \d+$/],
  ])('says that %s is missing, and that it may be gone for good', async (_, more, script, message) => {
    const { code, findings } = await check(more, script);
    expect(code).toBe(1);
    expect(found(findings, 'commands_missing')).toMatchObject({
      level: 'error',
      account: 'alice',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/reported to be closed.*Type the command by hand/),
    });
  });
});
