import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConfigFile, EditError } from '../../src/config/edit/config-file.ts';
import { optionsOf, type Wish } from '../../src/config/edit/entry.ts';
import type { LoadedConfig } from '../../src/config/load.ts';

const FILE = `# my gateway
auth:
  keys: [{ key: sk-1, name: me }]
accounts:
  # reads and writes
  - { id: bridge, kind: bot, token: "\${BRIDGE_TOKEN}" }

  - { id: alice, kind: user, token: literal-token, dailyLimit: 200 }   # draws
bots:
  - id: coze
    driver: coze
    listen: bridge     # reads
    send: [bridge]
    guildId: "100000000000000001"
    botUserId: \${COZE_BOT:-100000000000000002}
    models: [gpt-4o]
  - id: midjourney
    driver: midjourney
    rooms:
      # the usual room
      - { account: alice, guildId: "100000000000000001", channelId: "100000000000000003", concurrency: 3 }
`;

let folder: string;
let path: string;
const env: Record<string, string> = {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-edit-'));
  path = join(folder, 'cordgate.yaml');
  writeFileSync(path, FILE, { mode: 0o640 });
  for (const name of Object.keys(env)) delete env[name];
  env.BRIDGE_TOKEN = 'token-of-the-bridge';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = () => readFileSync(path, 'utf8');
const applied: LoadedConfig[] = [];
const apply = async (loaded: LoadedConfig) => void applied.push(loaded);
const file = () => new ConfigFile({ path, env });
const wish = (list: Wish['list'], id: string, entry?: Wish['entry']): Wish => ({ list, id, entry });

/** What a caller is shown of a bot, to be sent back with a change. */
async function shown(id: string): Promise<Record<string, unknown>> {
  const { config } = await file().reload(async (loaded) => loaded);
  const bot = config.bots.find((one) => one.id === id);
  return bot === undefined ? {} : JSON.parse(JSON.stringify(optionsOf(bot)));
}

async function refusal(promise: Promise<unknown>): Promise<EditError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EditError);
  return error as EditError;
}

it('changes nothing when the wish is what works already, with all defaults and without the token', async () => {
  await file().change(wish('bots', 'coze', await shown('coze')), apply);
  await file().change(wish('bots', 'midjourney', await shown('midjourney')), apply);
  await file().change(wish('accounts', 'bridge', { kind: 'bot', enabled: true }), apply);
  expect(text()).toBe(FILE);
});

it('writes only the line that is meant, and keeps ${NAME}', async () => {
  const bot = { ...(await shown('coze')), maxChannels: 77, models: ['gpt-4o', 'gpt-5'] };
  const { loaded } = await file().change(wish('bots', 'coze', bot), apply);
  expect(loaded.config.bots[0]).toMatchObject({ maxChannels: 77, models: ['gpt-4o', 'gpt-5'] });
  expect(text()).toBe(FILE.replace('models: [gpt-4o]', 'models: [gpt-4o, gpt-5]\n    maxChannels: 77'));
});

it('changes one key of one room, adds a room and takes one away', async () => {
  const bot = await shown('midjourney');
  const [room] = bot.rooms as Record<string, unknown>[];
  const other = { account: 'alice', channelId: '100000000000000004', concurrency: 1 };
  await file().change(
    wish('bots', 'midjourney', { ...bot, rooms: [{ ...room, concurrency: 5 }, other] }),
    apply,
  );
  const withBoth =
    FILE.replace('concurrency: 3 }', 'concurrency: 5 }') +
    '      - { account: alice, channelId: "100000000000000004", concurrency: 1 }\n';
  expect(text()).toBe(withBoth);
  await file().change(wish('bots', 'midjourney', { ...bot, rooms: [other] }), apply);
  expect(text()).toBe(withBoth.replace(/ {6}- \{ account: alice, guildId.*\n/, ''));
});

it('adds and removes accounts and bots', async () => {
  await file().change(
    wish('accounts', 'bob', { kind: 'user', token: 'new-${token}', enabled: false }),
    apply,
  );
  expect(text()).toBe(
    FILE.replace(
      '# draws\n',
      () => '# draws\n  - { id: bob, kind: user, token: "new-$${token}", enabled: false }\n',
    ),
  );
  expect(applied.at(-1)?.config.accounts[2]).toMatchObject({ id: 'bob', token: 'new-${token}' });
  await file().change(wish('accounts', 'bob'), apply);
  expect(text()).toBe(FILE);
  await file().change(wish('bots', 'midjourney'), apply);
  expect(text()).toBe(FILE.slice(0, FILE.indexOf('  - id: midjourney')));
  await file().change(wish('bots', 'coze'), apply);
  expect(text()).toBe(`${FILE.slice(0, FILE.indexOf('bots:'))}bots: []\n`);
});

it('sets a token that is given, and says where it came from before', async () => {
  const { notes } = await file().change(
    wish('accounts', 'bridge', { kind: 'bot', token: 'brand-new' }),
    apply,
  );
  expect(notes).toEqual([expect.stringContaining('BRIDGE_TOKEN')]);
  expect(notes.join()).not.toContain('brand-new');
  expect(text()).toBe(FILE.replace('"${BRIDGE_TOKEN}"', 'brand-new'));
});

it('takes away what is not wished any more, null included', async () => {
  await file().change(wish('accounts', 'alice', { kind: 'user', dailyLimit: null }), apply);
  expect(text()).toBe(FILE.replace(', dailyLimit: 200', ''));
});

it('names every problem and writes nothing', async () => {
  const bot = { driver: 'coze', listen: 'nobody', guildId: 'x', colour: 'red' };
  const error = await refusal(file().change(wish('bots', 'coze', bot), apply));
  expect(error.reason).toBe('invalid');
  const paths = error.problems.map((problem) => problem.path);
  expect(paths).toEqual(expect.arrayContaining(['bots[0].listen', 'bots[0].models', 'bots[0].colour']));
  expect(text()).toBe(FILE);
  expect((await refusal(file().change(wish('accounts', 'bridge'), apply))).problems[0]?.path).toBe(
    'bots[0].listen',
  );
  expect((await refusal(file().change(wish('accounts', 'nobody'), apply))).reason).toBe('not_found');
  expect(readdirSync(folder)).toEqual(['cordgate.yaml']);
});

it('keeps the mode and a link, and leaves nothing beside the file', async () => {
  const link = join(folder, 'link.yaml');
  symlinkSync('cordgate.yaml', link);
  const edited = new ConfigFile({ path: link, env });
  await edited.change(wish('accounts', 'alice', { kind: 'user', dailyLimit: 5 }), apply);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(text()).toContain('dailyLimit: 5');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder).sort()).toEqual(['cordgate.yaml', 'link.yaml']);
});

it('writes nothing when the gateway cannot go on with it', async () => {
  const fail = () => Promise.reject(new Error('no'));
  await expect(file().change(wish('accounts', 'alice', { kind: 'user' }), fail)).rejects.toThrow('no');
  expect(text()).toBe(FILE);
  expect(readdirSync(folder)).toEqual(['cordgate.yaml']);
});

it('refuses a file that is read-only, gone, or was broken by somebody else', async () => {
  const change = () => file().change(wish('accounts', 'alice', { kind: 'user' }), apply);
  chmodSync(path, 0o444);
  expect(file().obstacle).toContain('read-only');
  expect((await refusal(change())).reason).toBe('read_only');
  chmodSync(path, 0o640);
  writeFileSync(path, `${FILE}colour: red\n`);
  expect(await refusal(change())).toMatchObject({ reason: 'unreadable', problems: [{ path: 'colour' }] });
  expect(text()).toBe(`${FILE}colour: red\n`);
  rmSync(path);
  expect((await refusal(change())).reason).toBe('read_only');
});

it('goes on upon what somebody else has written', async () => {
  const edited = file();
  writeFileSync(path, FILE.replace('# my gateway', '# our gateway'));
  await edited.change(wish('accounts', 'alice', { kind: 'user' }), apply);
  expect(text()).toBe(FILE.replace('# my gateway', '# our gateway').replace(', dailyLimit: 200', ''));
});

it('makes changes side by side one after the other', async () => {
  const edited = file();
  const names = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(
    names.map((id) => edited.change(wish('accounts', id, { kind: 'user', token: `token-${id}` }), apply)),
  );
  const { config } = await edited.reload(async (loaded) => loaded);
  expect(config.accounts.map(({ id }) => id)).toEqual(['bridge', 'alice', ...names]);
});

it('refuses what a variable of the environment sets', async () => {
  env.CORDGATE_ACCOUNTS_1_TOKEN = 'from-outside';
  const error = await refusal(file().change(wish('accounts', 'alice', { kind: 'user', token: 'x' }), apply));
  expect(error.problems[0]).toMatchObject({ path: 'accounts[1].token' });
  expect(error.problems[0]?.message).toContain('CORDGATE_ACCOUNTS_1_TOKEN');
  await file().change(wish('accounts', 'bob', { kind: 'user', token: 'y' }), apply);
  expect((await refusal(file().change(wish('accounts', 'bridge'), apply))).reason).toBe('invalid');
});

it('keeps a byte order mark and Windows line ends', async () => {
  writeFileSync(path, `\uFEFF${FILE.replaceAll('\n', '\r\n')}`);
  await file().change(wish('accounts', 'bob', { kind: 'user', token: 'y' }), apply);
  expect(text()).toBe(
    `\uFEFF${FILE.replaceAll('\n', '\r\n').replace('# draws\r\n', '# draws\r\n  - { id: bob, kind: user, token: y }\r\n')}`,
  );
});

it.each(['', '\uFEFF', ' \r\n\n'])('does not take up a file that was emptied: %j', async (empty) => {
  const edited = file();
  writeFileSync(path, empty);
  await expect(edited.reload(apply)).rejects.toThrow('the file is empty');
  writeFileSync(path, 'bots: []\n');
  await expect(edited.reload(async ({ config }) => config.bots)).resolves.toEqual([]);
});
