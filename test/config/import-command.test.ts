import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { Terminal } from '../cli/terminal.ts';
import { cozeOf } from './sample.ts';

const FULL = join(import.meta.dirname, 'import-fixtures/full.yml');
let folder = '';
const path = (name: string) => join(folder, name);
const run = (...args: string[]) => new Terminal().run(['import', ...args]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-import-'));
});

describe('cordgate import', () => {
  it('writes a file that loads, that nobody else may read, and says in one line what is in it', async () => {
    const { code, stdout, stderr } = await run(FULL, '--out', path('new.yaml'), '--json');
    expect([code, stderr, stdout.split('\n').length]).toEqual([0, '', 2]);
    const { notes, ...line } = JSON.parse(stdout);
    expect(line).toEqual({
      written: path('new.yaml'),
      accounts: ['bridge', 'sender', 'bridge-2'],
      bots: ['coze', 'coze-2'],
      variables: [],
    });
    expect(notes.length).toBeGreaterThan(3);
    expect(loadConfig({ path: path('new.yaml'), env: {} }).config.bots).toHaveLength(2);
    expect(statSync(path('new.yaml')).mode & 0o077).toBe(0);
  });

  it('tells people what to know, what to set and what to do next, without any token or key', async () => {
    writeFileSync(path('Config.yml'), 'Bots:\n  - Key: my-secret-key\n    Token: my-secret-token\n');
    const { stdout } = await run(path('Config.yml'), '--out', path('new.yaml'));
    expect(stdout).toContain('Accounts: sender. Bots: coze.');
    expect(stdout).toContain('DISCORD_GUILD_ID=');
    expect(stdout).toContain(`cordgate check --config ${path('new.yaml')}`);
    expect(stdout).not.toContain('my-secret');
    expect(readFileSync(path('new.yaml'), 'utf8')).toContain('my-secret-token');
  });

  it('never shows a token or key on the terminal', async () => {
    for (const flags of [[], ['--json']]) {
      const { stdout, stderr } = await run(FULL, '--out', path('new.yaml'), '--force', ...flags);
      expect(stdout + stderr).not.toMatch(
        /token-of|token-that|sk-team|slack-team|xoxb|123456-store|do-not-show/,
      );
    }
  });

  it('leaves an existing file alone, unless it is forced; then it takes it from the eyes of others', async () => {
    writeFileSync(path('new.yaml'), 'mine');
    chmodSync(path('new.yaml'), 0o644);
    const { code, stderr } = await run(FULL, '--out', path('new.yaml'));
    expect(code).toBe(1);
    expect(stderr).toContain('--force');
    expect(readFileSync(path('new.yaml'), 'utf8')).toBe('mine');
    expect((await run(FULL, '--out', path('new.yaml'), '--force')).code).toBe(0);
    expect(statSync(path('new.yaml')).mode & 0o777).toBe(0o600);
  });

  it('never writes over the file it reads, not even by another name', async () => {
    copyFileSync(FULL, path('Config.yml'));
    symlinkSync(path('Config.yml'), path('link.yaml'));
    for (const out of ['Config.yml', 'link.yaml']) {
      expect((await run(path('Config.yml'), '--out', path(out), '--force')).code).toBe(2);
    }
    expect(readFileSync(path('Config.yml'), 'utf8')).toBe(readFileSync(FULL, 'utf8'));
  });

  it('reads the files with conversations beside it, and does not show the keys in their names', async () => {
    writeFileSync(path('Config.yml'), 'Bots:\n  - Key: my-secret-key\n    Token: my-secret-token\n');
    writeFileSync(path('conversation_my-secret-key.json'), '{"kitchen":"1201576967368085603"}');
    writeFileSync(path('cache_names.json'), '{"hall":"1201576967368085604"}');
    writeFileSync(path('conversation_my-other-key.json'), '{"attic":"1201576967368085605"}');
    const { code, stdout } = await run(path('Config.yml'), '--out', path('new.yaml'));
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/my-secret-key|my-other-key/);
    const env = {
      DISCORD_GUILD_ID: '1201576967368085601',
      COZE_BOT_USER_ID: '1201576967368085602',
      ...Object.fromEntries(
        [...stdout.matchAll(/^ {2}(\w+_TOKEN\w*)=/gm)].map(([, name]) => [name, 'a-token']),
      ),
    };
    expect(cozeOf(loadConfig({ path: path('new.yaml'), env }).config).conversations).toEqual({
      hall: '1201576967368085604',
      kitchen: '1201576967368085603',
    });
  });

  it('imports the rest when a file with conversations cannot be read', async () => {
    copyFileSync(FULL, path('Config.yml'));
    mkdirSync(path('conversation_default.json'));
    writeFileSync(path('cache_names.json'), Buffer.alloc(5 * 1024 * 1024, 0x20));
    const { code, stdout } = await run(path('Config.yml'), '--out', path('new.yaml'), '--json');
    expect(code).toBe(0);
    const { notes } = JSON.parse(stdout);
    expect(notes).toContainEqual(expect.stringContaining('cache_names.json: it could not be read'));
  });

  it.each([
    ['nothing there', undefined, 'there is no such file'],
    ['an empty file', '', 'the file is empty'],
    ['bad YAML', 'Bots: "my-secret', 'not valid YAML at line 1'],
    ['another file', 'a: 1', 'this is no Config.yml'],
    ['JSON that is cut off', '{"http":{},"discord":{"accounts":[', 'not valid JSON at line 1'],
    ['JSON of something else', '{"name": "my-secret"}', 'no config.json of Discordxy'],
  ])('ends with 2 and a reason for %s, and writes nothing', async (_, text, reason) => {
    if (text !== undefined) writeFileSync(path('Config.yml'), text);
    const { code, stdout, stderr } = await run(path('Config.yml'), '--out', path('new.yaml'));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('my-secret');
    expect(() => statSync(path('new.yaml'))).toThrow('ENOENT');
  });

  it('ends with 2 for a folder, and with 1 when the new file cannot be written', async () => {
    expect((await run(folder, '--out', path('new.yaml'))).stderr).toContain('this is a folder');
    const { code, stderr } = await run(FULL, '--out', path('no/such/folder.yaml'));
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be written (ENOENT)');
  });
});
