// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overridesIn, variableName } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { childShape, isLeaf, keysOf, resolve, rootShape, type Shape } from '../../src/config/shape.ts';
import { configOf, cozeOf, problemsOf, SAMPLE, warningsOf } from './sample.ts';

function leavesOf(shape: Shape, path: (string | number)[] = []): (string | number)[][] {
  if (isLeaf(shape)) return [path];
  const { items } = resolve(shape);
  if (items !== undefined) return leavesOf(items, [...path, 3]);
  return keysOf(shape).flatMap((key) => leavesOf(childShape(shape, key) ?? {}, [...path, key]));
}

describe('CORDGATE_ variables', () => {
  it('exist for every key, and each leads back to its own key', () => {
    const leaves = leavesOf(rootShape);
    expect(leaves.length).toBeGreaterThan(50);
    for (const path of leaves) {
      expect(overridesIn({ [variableName(path)]: '1' }).map((override) => override.path)).toEqual([path]);
    }
  });

  it.each<[string, string, (c: Config) => unknown, unknown]>([
    ['CORDGATE_SERVER_PORT', '9000', (c) => c.server.port, 9000],
    ['CORDGATE_SERVER_PUBLIC_URL', 'https://a.example', (c) => c.server.publicUrl, 'https://a.example'],
    ['CORDGATE_SERVER_PUBLICURL', 'https://a.example', (c) => c.server.publicUrl, 'https://a.example'],
    ['CORDGATE_LOG_PRETTY', 'yes', (c) => c.log.pretty, true],
    ['CORDGATE_DISCORD_PROXY', 'null', (c) => c.discord.proxy, null],
    ['CORDGATE_SERVER_ALLOW_IPS', '10.0.0.0/8, ::1', (c) => c.server.allowIps, ['10.0.0.0/8', '::1']],
    ['CORDGATE_SERVER_ALLOW_IPS', '["10.0.0.0/8"]', (c) => c.server.allowIps, ['10.0.0.0/8']],
    ['CORDGATE_ACCOUNTS_0_TOKEN', '12345', (c) => c.accounts[0]?.token, '12345'],
    ['CORDGATE_BOTS_0_GUILD_ID', '123456789012345678', (c) => cozeOf(c).guildId, '123456789012345678'],
    ['CORDGATE_BOTS_0_KEEPALIVE', '{everyMinutes: 5}', (c) => cozeOf(c).keepalive.everyMinutes, 5],
    ['CORDGATE_SERVER_PORT', '', (c) => c.server.port, 8092],
  ])('%s=%s is read as the type that the key has', (name, value, read, expected) => {
    expect(read(configOf(SAMPLE, { [name]: value }))).toEqual(expected);
  });

  it('can add entries to a list, but leave no gap in it', () => {
    const added = {
      CORDGATE_ACCOUNTS_1_ID: 'b',
      CORDGATE_ACCOUNTS_1_KIND: 'bot',
      CORDGATE_ACCOUNTS_1_TOKEN: 't',
    };
    expect(configOf(SAMPLE, added).accounts[1]).toMatchObject({ id: 'b', kind: 'bot', token: 't' });
    expect(problemsOf(SAMPLE, { CORDGATE_ACCOUNTS_5_ID: 'b' })).toMatchObject([
      { path: 'accounts', message: expect.stringContaining('CORDGATE_ACCOUNTS_5_ID') },
    ]);
  });

  it('can stand for the whole file, with ids that keep all their digits', () => {
    const env = {
      CORDGATE_ACCOUNTS: '[{"id":"a","kind":"bot","token":"t"}]',
      CORDGATE_BOTS:
        '[{id: c, driver: coze, listen: a, send: [a], guildId: 1234567890123456789, botUserId: 1234567890123456788, models: [m]}]',
    };
    const { config } = loadConfig({ env });
    expect(config.bots[0]).toMatchObject({
      guildId: '1234567890123456789',
      botUserIds: ['1234567890123456788'],
    });
  });

  it('are named by the problem that they cause', () => {
    const [problem] = problemsOf('', { CORDGATE_SERVER_PORT: 'eighty' });
    expect(problem).toEqual({
      path: 'server.port',
      message: 'must be a number, not text (set by CORDGATE_SERVER_PORT)',
      remedy: 'Correct the variable CORDGATE_SERVER_PORT; docs/configuration.md describes the key.',
    });
  });

  it('warn when they look misspelt, but not when the file uses them', () => {
    expect(warningsOf(SAMPLE, { CORDGATE_SEVER_PORT: '1' })).toEqual([
      expect.stringContaining(
        'CORDGATE_SEVER_PORT is no setting and is not used; did you mean CORDGATE_SERVER_PORT?',
      ),
    ]);
    const text = SAMPLE.replace('bridge-token', '"${CORDGATE_MY_TOKEN}"');
    expect(warningsOf(text, { CORDGATE_MY_TOKEN: 'x' })).toEqual([]);
  });

  it('never crash the loader, whatever they hold', () => {
    const name = fc.constantFrom(
      'SERVER',
      'SERVER_PORT',
      'AUTH',
      'AUTH_KEYS',
      'ACCOUNTS_0',
      'BOTS',
      'BOTS_0_SEND',
      'LOG',
    );
    fc.assert(
      fc.property(name, fc.oneof(fc.string(), fc.json()), (key, value) => {
        problemsOf(SAMPLE, { [`CORDGATE_${key}`]: value });
      }),
      { numRuns: 200 },
    );
  });
});
