import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { importBridge } from '../../src/config/import/bridge.ts';
import { ImportError } from '../../src/config/import/import-error.ts';
import { decodeFile } from '../../src/config/import/source.ts';
import { loadConfig } from '../../src/config/load.ts';
import { cozeOf } from './sample.ts';

const ALONE = { hasPemFiles: false, nameFiles: [] };

/** The message of the refusal; fails when the file is taken. */
function refusalOf(text: string): string {
  try {
    importBridge(text, ALONE);
  } catch (error) {
    if (error instanceof ImportError) return error.message;
    throw error;
  }
  throw new Error('the file was taken');
}

describe('a file that cannot be imported', () => {
  it.each([
    ['', 'the file is empty'],
    ['\uFEFF  \n# only a comment\n', 'the file is empty'],
    ['just words', 'this is no Config.yml of Coze-Discord-Bridge'],
    ['- a\n- list', 'this is no Config.yml of Coze-Discord-Bridge'],
    ['name: something\nversion: 3', 'this is no Config.yml of Coze-Discord-Bridge'],
    ['Bots: [', 'not valid YAML at line 1, column 8'],
    ['APIPort: 1\nBots: "open\n', 'a quote or a bracket is not closed'],
    ['APISSL_keyStorePath: "C:\\keys\\my.jks"', 'a backslash inside "double quotes"'],
    ['Keepalive_sendMessage: hello: world', 'put it in quotes'],
    ['Bots:\n  - Key: *secret', 'an alias'],
    ['Bots:\n  - Key: x\n    <<: words', '"<<" stands in front of no group'],
    ['server: {}\naccounts: []\nbots: []', 'a file of cordgate already'],
  ])('%j is refused with the reason', (text, reason) => expect(refusalOf(text)).toContain(reason));

  it('is never quoted, because what stands there may be a secret', () => {
    for (const text of [
      'Bots:\n  - Key: *my-secret',
      'Bots:\n - Token: "my-secret" more',
      'Bots: {Token: "my-secret"\n',
    ]) {
      expect(refusalOf(text)).not.toContain('my-secret');
    }
  });
});

describe('a file that was edited by hand', () => {
  it.each([
    ['tabs as indentation', 'Bots:\n\t-\tKey: a-key-behind-tabs\n\t\tServer_id: 1201576967368085601\n'],
    [
      'tabs below a list with blanks',
      'Bots:\n  -\tKey: a-key-behind-tabs\n\tServer_id: 1201576967368085601\n',
    ],
    [
      'a second document',
      'Bots:\n  - Key: a-key-behind-tabs\n    Server_id: 1201576967368085601\n---\nmore: x\n',
    ],
    [
      'a byte order mark and CRLF',
      '\uFEFFBots:\r\n  - Key: a-key-behind-tabs\r\n    Server_id: 1201576967368085601\r\n',
    ],
    [
      'keys in other letters',
      'bots:\n  - key: a-key-behind-tabs\n    SERVER_ID: 1201576967368085601\napiport: 1',
    ],
    [
      'a key that stands twice',
      'Bots:\n  - Key: first\n    Key: a-key-behind-tabs\n    Server_id: 1201576967368085601\n',
    ],
  ])('is read with %s', (_, text) => {
    const { text: written, variables } = importBridge(text, ALONE);
    const env = Object.fromEntries(variables.map(({ name, sample }) => [name, sample]));
    const { config } = loadConfig({ text: written, env });
    expect(config.auth.keys[0]?.key).toBe('a-key-behind-tabs');
    expect(cozeOf(config).guildId).toBe('1201576967368085601');
  });

  it('is told when a key stands twice', () => {
    expect(importBridge('APIPort: 1\nAPIPort: 2', ALONE).notes.join()).toContain('A key stands twice');
  });

  it('is decoded from UTF-8, and from GB 18030 as Chinese editions of Windows save it', () => {
    expect(decodeFile(Buffer.from('Key: 密钥'))).toBe('Key: 密钥');
    expect(decodeFile(Buffer.from([0xc3, 0xdc, 0xd4, 0xbf]))).toBe('密钥');
  });
});

const TOP = [
  'Version',
  'Version_minSupport',
  'UsingProxy',
  'ProxyIP',
  'ProxyPort',
  'ProxyType',
  'APIPort',
  'APISSLPort',
  'APISSL_keyStorePath',
  'APISSL_keyStorePassword',
  'APIMaxThread',
  'API_IP_WhiteList',
  'API_IP_WhiteList_IPs',
  'OpenAPI_Chat_Default_Models2Conversation',
  'OpenAPI_Chat_Default_Channel',
  'OpenAPI_Chat_MsgForward_Prefix',
  'OpenAI_ImageGenerate_Prompt_Suffix',
  'Keepalive_timer',
  'Keepalive_maxIntervalMinutes',
  'Keepalive_sendChannel',
  'Keepalive_sendMessage',
  'generate_timeout',
  'Disable_2000Limit_Unlock',
  'Disable_ENV_Read',
  'Something_Else',
];
const ENTRY = [
  'Key',
  'Protocol',
  'Token',
  'Token2',
  'Discord_Bot_Token',
  'CreateChannel_Category',
  'Server_id',
  'CozeBot_id',
  'Else',
];

const word = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    'default',
    'true',
    'yes',
    '${HOME}',
    '$${',
    '# no',
    'a: b',
    '\n',
    '\t- x\u2028',
    '0',
    '-1',
    '99999',
  ),
  fc.constantFrom(
    '1201576967368085601',
    'one,two',
    'Bot x',
    'slack',
    '10.0.0.1',
    'HTTP',
    '::1',
    '1e3',
    '0x10',
    "it's",
  ),
);
const odd = fc.oneof(
  word,
  word,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(word),
  // The library writes the key "<<" without quotes, which YAML then takes for a merge.
  fc.dictionary(
    word.filter((name) => name !== '<<'),
    word,
  ),
);
const some = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), odd, { noNullPrototype: true, maxKeys: names.length });
const bots = fc.oneof(
  { weight: 5, arbitrary: fc.array(some(ENTRY), { maxLength: 4 }) },
  { weight: 1, arbitrary: odd },
);

describe('any values of the known keys', () => {
  it('give a file that loads once its variables are set, or a clear refusal', () => {
    fc.assert(
      fc.property(some(TOP), bots, fc.boolean(), (top, list, hasPemFiles) => {
        const text = stringify({ ...top, Bots: list, APIPort: top.APIPort ?? 8092 });
        const { text: written, variables, bots: ids } = importBridge(text, { ...ALONE, hasPemFiles });
        const env = Object.fromEntries(variables.map(({ name, sample }) => [name, sample]));
        expect(loadConfig({ text: written, env }).config.bots.map(({ id }) => id)).toEqual(ids);
      }),
      { numRuns: 400 },
    );
  });

  it('give two bots whose keys hold blanks a variable each', () => {
    const text = stringify({ Bots: [{ Key: 'a b' }, { Key: 'c d' }], APIPort: 8092 });
    const names = importBridge(text, ALONE).variables.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('BRIDGE_KEY'))).toHaveLength(2);
  });

  it('never crash on any text at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `Bots:\n  - Key: ${text}`),
        ),
        (text) => {
          try {
            importBridge(text, ALONE);
          } catch (error) {
            expect(error).toBeInstanceOf(ImportError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
