import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configOf, cozeOf, problemsOf, SAMPLE } from './sample.ts';

describe('a configuration file', () => {
  it('may be empty: every key has the default of the contract', () => {
    expect(configOf('')).toEqual({
      server: {
        host: '127.0.0.1',
        port: 8092,
        allowIps: [],
        bodyLimitMb: 16,
        trustProxies: [],
        limits: { requestsPerMinute: 0, addressPerMinute: 0, failedKeysPerMinute: 300, streams: 2_000 },
      },
      auth: { keys: [], anonymous: { bots: [] }, open: false },
      discord: {
        api: 'https://discord.com/api/v10',
        gateway: 'wss://gateway.discord.gg',
        cdn: 'https://cdn.discordapp.com',
        upload: 'https://discord-attachments-uploads-prd.storage.googleapis.com',
        activity: 'https://{applicationId}.discordsays.com',
        requestsPerSecond: 50,
        proxy: null,
      },
      accounts: [],
      bots: [],
      store: {
        driver: 'sqlite',
        path: './data/cordgate.db',
        url: 'redis://127.0.0.1:6379',
        retentionDays: 30,
      },
      media: { keep: false, path: './data/files', maxGb: 10 },
      webhooks: { secret: null, operator: null, allowPrivate: [] },
      log: { level: 'info' },
      telemetry: { otlp: null },
    });
  });

  it('gives a Coze bot the defaults of the contract', () => {
    expect(configOf(SAMPLE).bots[0]).toMatchObject({
      botUserIds: ['100000000000000002'],
      idleMs: 10_000,
      deadlineMs: 300_000,
      longPrompt: 'file',
      maxChannels: 50,
      keepalive: { everyMinutes: 0, maxIdleMinutes: 720, channel: 'keepalive', message: 'keepalive' },
    });
  });

  it('folds one bot user id and several into the same list', () => {
    const several = SAMPLE.replace(
      /botUserId: .*/,
      'botUserIds: ["100000000000000002", "100000000000000003"]',
    );
    expect(cozeOf(configOf(several)).botUserIds).toEqual(['100000000000000002', '100000000000000003']);
    expect(configOf(SAMPLE).bots[0]).not.toHaveProperty('botUserId');
  });

  it('may use anchors and merges', () => {
    const text = 'accounts:\n  - &one { id: a, kind: bot, token: t1 }\n  - { <<: *one, id: b, token: t2 }\n';
    expect(configOf(text).accounts).toMatchObject([
      { id: 'a', kind: 'bot', token: 't1' },
      { id: 'b', kind: 'bot', token: 't2' },
    ]);
  });

  it('may have sections whose keys are all commented out', () => {
    expect(configOf('server:\n  # port: 1\nlog:\n').server.port).toBe(8092);
  });

  it('trims tokens and keys, and drops slashes at the end of addresses', () => {
    const config = configOf(
      'discord: { api: "http://127.0.0.1:9500/api/v10/" }\nauth: { keys: [{ key: " sk-1 ", name: " a " }] }\naccounts: [{ id: a, kind: bot, token: " abc\\n" }]',
    );
    expect(config.discord.api).toBe('http://127.0.0.1:9500/api/v10');
    expect(config.auth.keys).toEqual([{ key: 'sk-1', name: 'a', bots: ['*'], admin: false }]);
    expect(config.accounts[0]?.token).toBe('abc');
  });

  it('names a key without a name so that its place in the list does not matter', () => {
    const first = configOf('auth: { keys: [{ key: one }, { key: two }] }').auth.keys;
    const second = configOf('auth: { keys: [{ key: two }, { key: one }] }').auth.keys;
    expect(first[0]?.name).toBe(second[1]?.name);
    expect(first[0]?.name).not.toBe(first[1]?.name);
  });

  it('comes back frozen all the way down', () => {
    const config = configOf(SAMPLE);
    for (const part of [
      config,
      config.bots,
      config.bots[0],
      cozeOf(config).keepalive,
      config.server.allowIps,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('is read from disk, with a byte order mark or without', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'my.yaml');
    writeFileSync(file, '\uFEFFserver: { port: 1234 }\n');
    expect(loadConfig({ path: file, env: {} }).config.server.port).toBe(1234);
  });

  it('that is missing is a problem that tells how to get one', () => {
    const path = join(tmpdir(), 'no-such-cordgate.yaml');
    expect(() => loadConfig({ path, env: {} })).toThrow(/no such file.*cordgate init/);
  });

  it('that is no YAML is a problem with its place', () => {
    expect(problemsOf('server: {\n  port: 1\n')).toMatchObject([
      { line: expect.any(Number), column: expect.any(Number) },
    ]);
    expect(problemsOf('a: *nothing')).toMatchObject([{ message: expect.stringContaining('not valid YAML') }]);
    expect(problemsOf('- just\n- a list\n')).toMatchObject([
      { message: 'must be a group of keys, not a list' },
    ]);
  });
});

describe('precedence', () => {
  it('is file, then environment, then flags', () => {
    const text = 'server: { host: 127.0.0.2, port: 1, bodyLimitMb: 3 }';
    const env = { CORDGATE_SERVER_PORT: '2', CORDGATE_SERVER_HOST: '127.0.0.3' };
    expect(configOf(text, env, { server: { port: 3, host: undefined } }).server).toMatchObject({
      host: '127.0.0.3',
      port: 3,
      bodyLimitMb: 3,
    });
  });
});
