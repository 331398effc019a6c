import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { fakeParts, SIM_READY, Terminal } from './terminal.ts';

function demoParts(startGateway: (config: Config) => Promise<void> = async () => {}) {
  const seen = { configs: [] as Config[], closed: [] as string[] };
  const parts = fakeParts({
    startSim: async () => ({ ready: SIM_READY, close: async () => void seen.closed.push('sim') }),
    startGateway: async (config) => {
      seen.configs.push(config);
      await startGateway(config);
      return {
        url: `http://127.0.0.1:${config.server.port || 5555}`,
        close: async () => void seen.closed.push('gateway'),
      };
    },
  });
  return { seen, parts };
}

async function runDemo(args: string[], { parts }: ReturnType<typeof demoParts>) {
  const terminal = new Terminal();
  const ended = terminal.run(['demo', ...args], parts);
  await Promise.race([terminal.written(), ended]);
  terminal.signal();
  return ended;
}

const busy = () => Promise.reject(Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));

describe('cordgate demo', () => {
  it('puts the gateway in front of the simulator, on this machine only, with a key of its own', async () => {
    const demo = demoParts();
    const { code, stdout } = await runDemo(['--port', '0', '--json'], demo);
    expect(code).toBe(0);
    const line = JSON.parse(stdout);
    expect(line).toMatchObject({ ready: true, url: 'http://127.0.0.1:5555', sim: SIM_READY });
    const [config] = demo.seen.configs;
    expect(config?.auth.keys[0]?.key).toBe(line.key);
    expect(config?.server).toMatchObject({ host: '127.0.0.1', port: 0 });
    expect(config?.store.driver).toBe('memory');
    expect(config?.discord).toMatchObject({
      api: SIM_READY.api,
      gateway: SIM_READY.gateway,
      cdn: SIM_READY.cdn,
    });
    expect(config?.accounts).toMatchObject([
      { id: 'bridge', kind: 'bot', token: 'bot-token-1' },
      { id: 'alice', kind: 'user', token: 'user-token-1' },
    ]);
    expect(config?.bots).toMatchObject([
      { driver: 'coze', guildId: SIM_READY.guildId, botUserIds: ['100000000000000002'] },
      { driver: 'midjourney', rooms: [{ account: 'alice', channelId: SIM_READY.channels.midjourney }] },
      { driver: 'pika', rooms: [{ account: 'alice', channelId: SIM_READY.channels.pika }] },
    ]);
    expect(demo.seen.closed).toEqual(['gateway', 'sim']);
  });

  it('prints lines to copy: the base URL, the key, a streaming curl and the official client', async () => {
    const { stdout } = await runDemo([], demoParts());
    const key = /API key +(sk-demo-\w{32})/.exec(stdout)?.[1];
    expect(key).toBeDefined();
    expect(stdout).toContain('curl -N http://127.0.0.1:8092/v1/chat/completions');
    expect(stdout).toContain(`Authorization: Bearer ${key}`);
    expect(stdout).toContain("new OpenAI({ baseURL: 'http://127.0.0.1:8092/v1'");
    expect(stdout).toContain(`npx cordgate imagine "a small cat" --url http://127.0.0.1:8092 --key ${key}`);
    expect(stdout).toContain(
      `npx cordgate animate "a small cat jumps" --url http://127.0.0.1:8092 --key ${key}`,
    );
    const body = /-d '(.*)'/.exec(stdout)?.[1] ?? '';
    expect(JSON.parse(body)).toMatchObject({ model: 'gpt-4o', stream: true });
  });

  it('takes a free port when the usual one is in use', async () => {
    const demo = demoParts((config) => (config.server.port === 8092 ? busy() : Promise.resolve()));
    const { code, stdout } = await runDemo(['--json'], demo);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).url).toBe('http://127.0.0.1:5555');
  });

  it('insists on a port that was asked for, and leaves no simulator behind', async () => {
    const demo = demoParts(busy);
    const { code, stderr } = await runDemo(['--port', '8092'], demo);
    expect(code).toBe(1);
    expect(stderr).toContain('port 8092 of 127.0.0.1 is in use');
    expect(demo.seen.closed).toEqual(['sim']);
  });
});
