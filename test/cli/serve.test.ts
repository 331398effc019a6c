import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import type { Log } from '../../src/core/log.ts';
import { SAMPLE } from '../config/sample.ts';
import { fakeParts, Terminal } from './terminal.ts';

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'cordgate.yaml');
  writeFileSync(file, text);
  return file;
}

function gatewayPart(close: () => Promise<void> = async () => {}) {
  const seen: { config?: Config; log?: Log } = {};
  const startGateway = async (config: Config, { log }: { log: Log }) => {
    Object.assign(seen, { config, log });
    return { url: 'http://127.0.0.1:4321', close };
  };
  return { seen, parts: fakeParts({ startGateway }) };
}

describe('cordgate serve', () => {
  it('prints exactly one line of JSON when ready, and everything else on stderr', async () => {
    const terminal = new Terminal();
    const { seen, parts } = gatewayPart();
    const ended = terminal.run(['serve', '--config', fileWith(SAMPLE), '--port', '0', '--json'], parts);
    await terminal.written();
    seen.log?.info({ bot: 'coze' }, 'hello');
    terminal.signal();
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ready: true,
      url: 'http://127.0.0.1:4321',
      models: ['gpt-4o'],
    });
    expect(stdout.split('\n')).toHaveLength(2);
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: 'info', msg: 'hello', bot: 'coze' });
    expect(seen.config?.server.port).toBe(0);
  });

  it('finds its file by CORDGATE_CONFIG, and lets flags win over variables', async () => {
    const terminal = new Terminal({
      CORDGATE_CONFIG: fileWith(SAMPLE),
      CORDGATE_SERVER_PORT: '1',
      CORDGATE_LOG_LEVEL: 'error',
    });
    const { seen, parts } = gatewayPart();
    const ended = terminal.run(['serve', '--port', '2', '--host', '127.0.0.9'], parts);
    await terminal.written();
    terminal.signal();
    expect((await ended).stdout).toContain('cordgate listens on http://127.0.0.1:4321');
    expect(seen.config?.server).toMatchObject({ port: 2, host: '127.0.0.9' });
    expect(seen.config?.log.level).toBe('error');
  });

  it('shows every problem of the file and ends with 2, without starting anything', async () => {
    const file = fileWith('server: { prot: 1, host: 0.0.0.0 }');
    const { code, stdout, stderr } = await new Terminal().run(['serve', '--config', file, '--json']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${file}:1:11: server.prot: unknown key; did you mean "port"?`);
    expect(stderr).toContain('server.host:');
    expect(stderr).toContain('2 problems; nothing was started.');
  });

  it('without a file tells how to get one, exit code 2', async () => {
    const { code, stderr } = await new Terminal().run(['serve', '--config', join(tmpdir(), 'no-such.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain('cordgate init');
  });

  it('never writes a token or key, whatever the gateway logs', async () => {
    const terminal = new Terminal();
    const text = `${SAMPLE.replace('bridge-token', 'HIDE-token')}auth: { keys: [{ key: HIDE-the-key }] }\ndiscord: { proxy: "socks5://u:HIDE%20pass@127.0.0.1:1" }\n`;
    const { seen, parts } = gatewayPart();
    const ended = terminal.run(['serve', '--config', fileWith(text)], parts);
    await terminal.written();
    const error = new Error('refused: HIDE-token', { cause: new Error('with HIDE-the-key') });
    seen.log?.error(
      { error, headers: { authorization: 'Bot HIDE-other' }, token: 'HIDE-4' },
      'key HIDE-the-key',
    );
    seen.log?.warn({ url: 'socks5://u:HIDE%20pass@x', text: 'HIDE pass' }, 'proxy');
    terminal.signal();
    const { stderr } = await ended;
    expect(stderr).toContain('refused: ***');
    expect(stderr).not.toContain('HIDE');
  });

  it('writes lines for people when the file says so', async () => {
    const terminal = new Terminal();
    const { seen, parts } = gatewayPart();
    const ended = terminal.run(['serve', '--config', fileWith(`${SAMPLE}log: { pretty: true }\n`)], parts);
    await terminal.written();
    seen.log?.warn({ bot: 'coze', text: 'two words' }, 'careful');
    terminal.signal();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are escape sequences
    const plain = (await ended).stderr.replaceAll(/\u001b\[\d+m/g, '');
    expect(plain).toMatch(/^\d\d:\d\d:\d\d warn {2}careful {2}bot=coze {2}text="two words"\n/);
  });

  it('gives up a stop that hangs at the second signal, with exit code 1', async () => {
    const terminal = new Terminal();
    const { parts } = gatewayPart(() => new Promise(() => {}));
    const ended = terminal.run(['serve', '--config', fileWith(SAMPLE)], parts);
    await terminal.written();
    terminal.signal();
    while (!terminal.stderr.includes('stopping')) await new Promise((resolve) => setImmediate(resolve));
    terminal.signal();
    expect((await ended).code).toBe(1);
  });

  it('that is told to stop while it starts stops without ever being ready', async () => {
    const terminal = new Terminal();
    let begun = () => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let finish = () => {};
    let closed = false;
    const close = async () => {
      closed = true;
    };
    const startGateway = () => {
      begun();
      return new Promise<{ url: string; close(): Promise<void> }>((resolve) => {
        finish = () => resolve({ url: 'http://127.0.0.1:1', close });
      });
    };
    const ended = terminal.run(
      ['serve', '--config', fileWith(SAMPLE), '--json'],
      fakeParts({ startGateway }),
    );
    await beginning;
    terminal.signal();
    finish();
    expect(await ended).toMatchObject({ code: 0, stdout: '' });
    expect(closed).toBe(true);
  });
});
