import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STARTER_VARIABLES, starterFile } from '../../src/cli/starter.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Terminal } from './terminal.ts';

const freshFile = () => join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'my.yaml');
const VALUES = {
  CORDGATE_KEY: 'sk-0123456789abcdef0123456789abcdef',
  BRIDGE_BOT_TOKEN: 'a-token',
  COZE_GUILD_ID: '1234567890123456789',
  COZE_BOT_USER_ID: '1234567890123456788',
};

describe('cordgate init', () => {
  it('writes a file that loads without a warning when the variables it names are set', async () => {
    const file = freshFile();
    const { code, stdout } = await new Terminal().run(['init', '--out', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ written: file, variables: Object.keys(VALUES) });
    const { config, warnings } = loadConfig({ path: file, env: VALUES });
    expect(warnings).toEqual([]);
    expect(config.bots[0]).toMatchObject({
      guildId: '1234567890123456789',
      botUserIds: ['1234567890123456788'],
    });
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it.each(Object.keys(STARTER_VARIABLES))('names %s, and asks for it when it is not set', (name) => {
    expect(() => loadConfig({ text: starterFile(), env: { ...VALUES, [name]: undefined } })).toThrow(name);
  });

  it('loads just as well with every commented example switched on', () => {
    const all = starterFile()
      .replaceAll(/^(\s*)# (\w+:\s+[^\s#].*)$/gm, '$1$2')
      .replace('# discord:', 'discord:')
      .replace('# anonymous', 'anonymous')
      .replace('"..."', '"1234567890123456787"')
      .replace('#   proxy', '  proxy');
    const { config } = loadConfig({ text: all, env: VALUES });
    expect(config.discord.proxy).toBe('socks5://user:pass@host:1080');
    expect(config.auth.keys[0]?.admin).toBe(true);
    expect(config.bots[0]).toMatchObject({
      categoryId: '1234567890123456787',
      keepalive: { everyMinutes: 60 },
    });
  });

  it('comments every key with its description in the schema', () => {
    const text = starterFile();
    expect(text).toContain('account whose gateway connection reads the replies');
    expect(text).not.toMatch(/#@|# *$/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(160);
  });

  it('leaves an existing file alone, unless it is forced', async () => {
    const file = freshFile();
    writeFileSync(file, 'mine');
    const { code, stderr } = await new Terminal().run(['init', '--out', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('--force');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await new Terminal().run(['init', '--out', file, '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(starterFile());
  });

  it('says which file to use and what to do next', async () => {
    const file = freshFile();
    const { stdout } = await new Terminal().run(['init', '--out', file]);
    expect(stdout).toContain(`cordgate check --config ${file}`);
    for (const name of Object.keys(STARTER_VARIABLES)) expect(stdout).toContain(`${name}=`);
  });
});
