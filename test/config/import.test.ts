import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODELS } from '../../src/config/import/bots.ts';
import { type BridgeSurroundings, importBridge } from '../../src/config/import/bridge.ts';
import type { Imported } from '../../src/config/import/imported.ts';
import { loadConfig } from '../../src/config/load.ts';
import { cozeOf } from './sample.ts';

const ALONE: BridgeSurroundings = { hasPemFiles: false, nameFiles: [] };
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'import-fixtures', name), 'utf8');

/** The configuration that the written file loads to once its variables are set. */
function configOf({ text, variables }: Imported) {
  const env = Object.fromEntries(variables.map(({ name, sample }) => [name, sample]));
  return loadConfig({ text, env }).config;
}

/** The comments of the written file as one line of plain text. */
function commentsOf({ text }: Imported): string {
  const comments = text.split('\n').flatMap((line) => /(?:^|\s)# ?(.*)$/.exec(line)?.[1] ?? []);
  return comments.join(' ').replaceAll(/ {2,}/g, ' ');
}

/** A file with one bot that has a key, plus further keys. */
function bridgeFile(further = '', entry: Record<string, string> = {}): string {
  const fields = {
    Key: 'a-long-key-of-one-bot',
    Token: 'listener-token',
    Token2: 'sender-token',
    Server_id: '1201576967368085601',
    CozeBot_id: '1201576967368085602',
    ...entry,
  };
  const lines = Object.entries(fields).map(([key, value]) => `    ${key}: ${value}`);
  return `Bots:\n  -\n${lines.join('\n')}\n${further}\n`;
}

function imported(further = '', entry: Record<string, string> = {}, surroundings = ALONE): Imported {
  return importBridge(bridgeFile(further, entry), surroundings);
}

describe('the three forms of the file', () => {
  it('with Token and Token2: the bot listens, the user account sends, and a shared account stands there once', () => {
    const result = importBridge(fixture('full.yml'), ALONE);
    const config = configOf(result);
    expect(config.accounts.map(({ id, kind, token }) => [id, kind, token.split('.').at(-1)])).toEqual([
      ['bridge', 'bot', 'listener-token-of-the-first-bot-xyz'],
      ['sender', 'user', 'user-token-that-sends-for-both-xyz'],
      ['bridge-2', 'bot', 'listener-token-of-the-second-bot-x'],
    ]);
    expect(config.bots).toMatchObject([
      {
        id: 'coze',
        listen: 'bridge',
        send: ['sender'],
        guildId: '123456789012345679',
        categoryId: '1201576967368085601',
        botUserIds: ['1201576967368085687'],
        idleMs: 12_000,
        longPrompt: 'file',
        keepalive: { everyMinutes: 60, maxIdleMinutes: 600, channel: 'keep', message: 'still ${there}?' },
      },
      { id: 'coze-2', listen: 'bridge-2', send: ['sender'], guildId: '1201576967368085602' },
    ]);
    expect(config.server).toMatchObject({
      host: '0.0.0.0',
      port: 8192,
      allowIps: ['127.0.0.1', '203.0.113.7'],
    });
    expect(config.discord.proxy).toBe('socks5://127.0.0.1:7890');
    expect(config.auth.keys).toEqual([
      { key: 'sk-team-one-0123456789abcdef', name: 'coze', bots: ['coze'], admin: false },
    ]);
    expect(config.auth.anonymous.bots).toEqual(['coze-2']);
    expect(result).toMatchObject({
      accounts: ['bridge', 'sender', 'bridge-2'],
      bots: ['coze', 'coze-2'],
      variables: [],
    });
    expect(commentsOf(result)).toContain("against Discord's terms of service");
  });

  it('with Discord_Bot_Token: the bot listens and sends, and the file says that Coze may ignore it', () => {
    const result = importBridge(fixture('older.yml'), ALONE);
    const config = configOf(result);
    expect(config.accounts).toMatchObject([{ id: 'bridge', kind: 'bot' }]);
    expect(config.bots).toMatchObject([{ listen: 'bridge', send: ['bridge'] }]);
    expect(commentsOf(result)).toContain('Coze has ignored what bots write');
  });

  it('with several user tokens in Token: each is an account, the first listens, all send', () => {
    const config = configOf(importBridge(fixture('last.yml'), ALONE));
    expect(config.accounts.map(({ id, kind, token }) => [id, kind, token])).toEqual([
      ['sender', 'user', 'user-token-a'],
      ['sender-2', 'user', 'user-token-b'],
      ['sender-3', 'user', 'user-token-c'],
    ]);
    expect(config.bots).toMatchObject([
      { listen: 'sender', send: ['sender', 'sender-2', 'sender-3'] },
      { listen: 'sender-2', send: ['sender-2'] },
    ]);
    expect(config.discord.proxy).toBe('http://192.0.2.1:3128');
  });
});

describe('keys and models', () => {
  it.each(['""', 'default', "'default'", '', '~'])('Key: %s is reached without a key', (key) => {
    const result = imported('', { Key: key });
    expect(configOf(result).auth).toMatchObject({ keys: [], anonymous: { bots: ['coze'] } });
  });

  it('listens on this machine only when no bot has a key, and says why', () => {
    const result = imported('', { Key: 'default' });
    expect(configOf(result).server.host).toBe('127.0.0.1');
    expect(commentsOf(result)).toContain('No bot here has a key');
  });

  it('asks for a new key in place of one with blanks', () => {
    const result = imported('', { Key: 'two words' });
    expect(result.variables.map(({ name }) => name)).toEqual(['BRIDGE_KEY']);
    expect(configOf(result).auth.keys).toMatchObject([{ bots: ['coze'] }]);
    expect(result.text).not.toContain('two words');
  });

  it('lets the first of two entries with one key win, and tells of the other', () => {
    const result = importBridge(fixture('full.yml'), ALONE);
    expect(commentsOf(result)).toContain('Bots[2] (Server_id 1201576967368085604');
    expect(commentsOf(result)).toContain(
      'Bots[3] (Server_id T012345, CozeBot_id U012345): Protocol: slack has no',
    );
  });

  it('offers the usual model names at every bot, and at each a name of its own', () => {
    const [first, second] = configOf(importBridge(fixture('full.yml'), ALONE)).bots;
    expect(first?.models).toEqual([...MODELS, 'coze']);
    expect(second?.models).toEqual([...MODELS, 'coze-2']);
    expect(MODELS).toEqual(
      expect.arrayContaining(['gpt-4o', 'gpt-4', 'gpt-3.5-turbo', 'gpt-3.5-turbo-0301']),
    );
  });
});

describe('what is missing or odd in a bot', () => {
  it('asks for every value that is missing, under a name of its own', () => {
    const result = importBridge(
      'Bots:\n  - Key: a-key-of-the-first\n  - Key: a-key-of-the-second\nAPIPort: 8092',
      ALONE,
    );
    expect(result.variables.map(({ name }) => name)).toEqual([
      'DISCORD_BOT_TOKEN',
      'DISCORD_GUILD_ID',
      'COZE_BOT_USER_ID',
      'DISCORD_BOT_TOKEN_2',
      'DISCORD_GUILD_ID_2',
      'COZE_BOT_USER_ID_2',
    ]);
    expect(() => loadConfig({ text: result.text, env: {} })).toThrow('DISCORD_GUILD_ID_2');
    expect(configOf(result).bots).toHaveLength(2);
  });

  it.each([
    ['a mention', { CozeBot_id: '"<@!1201576967368085602>"' }, { botUserIds: ['1201576967368085602'] }],
    ['a token with its word', { Token: 'Bot listener-token' }, { listen: 'bridge' }],
    ['one token twice', { Token2: 'listener-token' }, { listen: 'bridge', send: ['bridge'] }],
    ['several tokens that send', { Token2: 'one,two' }, { listen: 'bridge', send: ['sender', 'sender-2'] }],
    ['no token that sends', { Token2: '""' }, { listen: 'bridge', send: ['bridge'] }],
    [
      'names in other letters',
      { server_id: '1201576967368085609', Server_id: '' },
      { guildId: '100000000000000000' },
    ],
  ])('understands %s', (_, entry, expected) => {
    expect(configOf(imported('', entry)).bots[0]).toMatchObject(expected);
  });

  it('leaves a category out that is no id, and says so', () => {
    const result = imported('', { CreateChannel_Category: 'general' });
    expect(cozeOf(configOf(result)).categoryId).toBeUndefined();
    expect(commentsOf(result)).toContain('CreateChannel_Category: general is no Discord id and was left out');
  });

  it('cuts the word in front of a token off and says so', () => {
    const result = imported('', { Token: 'Bot listener-token' });
    expect(configOf(result).accounts[0]?.token).toBe('listener-token');
    expect(result.notes.join()).toContain('Bots[0].Token: the word in front of the token was cut off');
  });

  it('names a key of a bot that the Bridge did not have', () => {
    expect(commentsOf(imported('', { Nick: 'mine' }))).toContain(
      'Bots[0].Nick: mine is no key of the Bridge',
    );
  });

  it.each([
    ['a group in place of the list', 'Bots:\n  Key: a-key\nAPIPort: 8092', 1],
    ['a word in place of a bot', 'Bots: [nothing]', 0],
    ['no list at all', 'APIPort: 8092', 0],
  ])('goes on with %s', (_, text, count) => {
    expect(configOf(importBridge(text, ALONE)).bots).toHaveLength(count);
  });
});

describe('ports, addresses and HTTPS', () => {
  it('writes HTTPS as a comment with the commands that convert the key store', () => {
    const { text } = imported(
      "APISSLPort: 8443\nAPISSL_keyStorePath: it's mine.jks\nAPISSL_keyStorePassword: hunter2hunter2",
    );
    expect(text).toContain(
      `keytool -importkeystore -srckeystore 'it'\\''s mine.jks' -destkeystore tls/keystore.p12`,
    );
    expect(text).toContain('#     openssl pkcs12 -in tls/keystore.p12 -nokeys -out ./tls/cert.pem');
    expect(text).toMatch(/# tls:\n\s+# {3}port: 8443\n/);
    expect(text).not.toContain('hunter2');
  });

  it('loads with the commented tls section switched on', () => {
    const { text } = imported('APISSLPort: 8443\nAPISSL_keyStorePath: keystore.jks');
    const on = text.replaceAll(/^ {2}# ((tls:| {2}(port|cert|key): ).*)$/gm, '  $1');
    const tls = { port: 8443, cert: './tls/cert.pem', key: './tls/key.pem' };
    expect(loadConfig({ text: on, env: {} }).config.server.tls).toEqual(tls);
  });

  it('switches tls on when the converted files stand there', () => {
    const result = imported('APISSLPort: 8443', {}, { hasPemFiles: true, nameFiles: [] });
    expect(configOf(result).server.tls?.port).toBe(8443);
    expect(result.text).not.toContain('keytool');
  });

  it('says nothing of HTTPS where it was off', () => {
    expect(imported('APISSLPort: 0\nAPISSL_keyStorePath: keystore.jks').text).not.toContain('keytool');
  });

  it('keeps HTTP on for this machine only when it was off in favour of HTTPS', () => {
    const result = imported('APIPort: 0\nAPISSLPort: 8093');
    expect(configOf(result).server).toMatchObject({ host: '127.0.0.1', port: 8092 });
    expect(commentsOf(result)).toContain('APIPort: 0 switched HTTP off');
  });

  it.each([
    ['API_IP_WhiteList: false\nAPI_IP_WhiteList_IPs: [10.0.0.1]', []],
    ['API_IP_WhiteList: True\nAPI_IP_WhiteList_IPs: [10.0.0.1, "::1"]', ['10.0.0.1', '::1']],
    ['API_IP_WhiteList: true\nAPI_IP_WhiteList_IPs: 10.0.0.1，10.0.0.2', ['10.0.0.1', '10.0.0.2']],
    ['API_IP_WhiteList: true\nAPI_IP_WhiteList_IPs: []', ['127.0.0.1', '::1']],
    ['API_IP_WhiteList: true', ['127.0.0.1', '::1']],
    ['API_IP_WhiteList: yes\nAPI_IP_WhiteList_IPs: [office]', ['127.0.0.1', '::1']],
  ])('never lets more callers in than the list did: %j', (text, allowed) => {
    expect(configOf(imported(text)).server.allowIps).toEqual(allowed);
  });

  it.each([
    ['UsingProxy: false\nProxyIP: 10.0.0.9\nProxyPort: 1', null],
    ['UsingProxy: true', 'http://127.0.0.1:8080'],
    ['UsingProxy: true\nProxyIP: proxy.lan\nProxyPort: 3128\nProxyType: http', 'http://proxy.lan:3128'],
    ['UsingProxy: true\nProxyIP: "::1"\nProxyPort: 1080\nProxyType: SOCKS5', 'socks5://[::1]:1080'],
    ['UsingProxy: true\nProxyIP: http://127.0.0.1/\nProxyPort: 7890', 'http://127.0.0.1:7890'],
  ])('makes one address of the proxy: %j', (text, proxy) => {
    expect(configOf(imported(text)).discord.proxy).toBe(proxy);
  });

  it('asks for the proxy when its parts cannot be used, and never goes without one silently', () => {
    const result = imported('UsingProxy: true\nProxyIP: not a host\nProxyPort: 7890');
    expect(result.variables.map(({ name }) => name)).toEqual(['DISCORD_PROXY']);
    expect(() => loadConfig({ text: result.text, env: {} })).toThrow('DISCORD_PROXY');
  });
});

describe('times, switches and the rest', () => {
  it.each([
    ['generate_timeout: 5000', 5000],
    ['generate_timeout: "7000"', 7000],
    ['generate_timeout: 0', 10_000],
    ['generate_timeout: 99999999999', 10_000],
    ['generate_timeout: soon', 10_000],
  ])('%s', (text, idleMs) => expect(cozeOf(configOf(imported(text))).idleMs).toBe(idleMs));

  it('says which number it could not use', () => {
    expect(imported('generate_timeout: soon').notes).toContain(
      'generate_timeout: soon cannot be used; 10000 was taken.',
    );
  });

  it.each([
    ['false', 'false refused prompts over 2,000 characters, though they were meant to pass'],
    ['true', 'true sent prompts over 2,000 characters as Prompt.txt, so they still are'],
  ])('explains the inverted switch Disable_2000Limit_Unlock: %s', (value, words) => {
    const result = imported(`Disable_2000Limit_Unlock: ${value}`);
    expect(cozeOf(configOf(result)).longPrompt).toBe('file');
    expect(commentsOf(result)).toContain(words);
  });

  it('names every key without a counterpart with its value, and why, but never a secret', () => {
    const result = importBridge(fixture('full.yml'), ALONE);
    const comments = commentsOf(result);
    for (const item of [
      'Version: 0 --',
      'Version_minSupport: 0 --',
      'APISSL_keyStorePath: "my keystore.jks" --',
      'APISSL_keyStorePassword: (not shown',
      'APIMaxThread: 10 --',
      'OpenAPI_Chat_Default_Models2Conversation: 3 -- the whole history went into one channel',
      'OpenAPI_Chat_Default_Channel: default --',
      'OpenAPI_Chat_MsgForward_Prefix: "一段聊天记录 ${x}" --',
      'OpenAPI_Chat_MsgForward_Suffix: "answer this" --',
      'OpenAPI_ImageGenerate_Default_Channel: default --',
      'OpenAI_ImageGenerate_Prompt_Prefix: draw --',
      'Disable_CozeBot_ReplyMsgCheck: false --',
      'Disable_Name_Cache: false --',
      'Disable_ENV_Read: false --',
      'Webhook_Secret: (not shown',
    ]) {
      expect(comments).toContain(`- ${item}`);
    }
    expect(comments).not.toMatch(/do-not-show|123456-store|xoxb|slack-team-key/);
  });

  it('mentions every key of the file in the new one', () => {
    const source = fixture('full.yml');
    const { text } = importBridge(source, ALONE);
    const names = [...source.matchAll(/^(?: {2}- +| *)(\w+):/gm)].map((match) => match[1] ?? '');
    const plain = ['Bots', 'Protocol', 'Server_id', 'UsingProxy', 'API_IP_WhiteList'];
    expect(names.length).toBeGreaterThan(40);
    for (const name of names.filter((name) => !plain.includes(name))) expect(text, name).toContain(name);
  });

  it('writes comments that fit a screen', () => {
    for (const name of ['full.yml', 'older.yml', 'last.yml']) {
      for (const line of importBridge(fixture(name), ALONE).text.split('\n'))
        expect(line.length).toBeLessThanOrEqual(120);
    }
  });
});

describe('secrets', () => {
  it('stand in the new file and nowhere in the notes', () => {
    const result = importBridge(fixture('full.yml'), { hasPemFiles: false, nameFiles: [] });
    expect(result.text).toContain('user-token-that-sends-for-both-xyz');
    const told = JSON.stringify([result.notes, result.variables, result.accounts, result.bots]);
    expect(told).not.toMatch(/token-of|token-that|sk-team|slack-team|xoxb|123456-store|do-not-show/);
  });

  it.each([
    ['Server_id', { Server_id: 'sender-token' }],
    ['CozeBot_id', { CozeBot_id: 'MTAwMDAwMDAwMDAwMDAwMDAx.GaBcDe.a-token-in-the-wrong-place-here' }],
    ['Protocol', { Protocol: 'a-long-key-of-one-bot' }],
  ])('are not shown when they stand in %s by mistake', (_, entry) => {
    const result = imported('', entry);
    const told = `${commentsOf(result)} ${result.notes.join(' ')}`;
    expect(told).not.toMatch(/sender-token|wrong-place|a-long-key/);
  });

  it('keep a literal ${ in them', () => {
    const result = imported('', { Key: "'pre${HOME}post$${x'", Token: "'to${ken'" });
    const config = configOf(result);
    expect(config.auth.keys[0]?.key).toBe('pre${HOME}post$${x');
    expect(config.accounts[0]?.token).toBe('to${ken');
  });
});
