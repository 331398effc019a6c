import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import OpenAI from 'openai';
import { Agent, fetch as fetchWith } from 'undici';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { realParts } from '../../src/cli/parts.ts';
import { watchCertificate } from '../../src/composition/certificate-watch.ts';
import { readCertificate } from '../../src/config/certificate.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../src/gateway.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { Terminal } from '../cli/terminal.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LogBook } from './log-book.ts';
import { configFor, KEY } from './world.ts';

const certificates = join(import.meta.dirname, 'certificates');
const first = { cert: join(certificates, 'first.cert.pem'), key: join(certificates, 'first.key.pem') };
const trust = new Agent({ connect: { ca: readFileSync(first.cert) } });
const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

let sim: Sim | undefined;
let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.close();
  await sim?.close();
  gateway = undefined;
  sim = undefined;
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a gateway with HTTPS; without a port of HTTP, HTTP is off. */
async function start(
  port: number | undefined,
  options: Partial<GatewayOptions> = {},
): Promise<RunningGateway> {
  sim = await startSim({ port: 0, speed: 20, limits: 'none' });
  const tls = { port: await freePort(), ...first };
  const text = JSON.stringify({ ...configFor(sim), server: { port: port ?? 0, tls } });
  gateway = await startGateway(loadConfig({ text, env: {} }).config, { log: new LogBook(), ...options });
  return gateway;
}

/** Name of the certificate that a server shows to a new connection. */
function shownBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.end();
    });
    socket.once('error', reject);
  });
}

const chat = (stream: boolean) => ({
  model: 'gpt-4o',
  stream,
  messages: [{ role: 'user' as const, content: 'hello' }],
});

// A port of TLS has to be named: another test may take the free one in between.
describe('HTTPS beside HTTP', { retry: 2 }, () => {
  it('serves the same, both ways, whole and streamed', async () => {
    const { url, httpsUrl } = await start(await freePort());
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(httpsUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    for (const [base, dispatcher] of [
      [url, new Agent()],
      [httpsUrl, trust],
    ] as const) {
      const client = new OpenAI({
        baseURL: `${base}/v1`,
        apiKey: KEY,
        fetch: fetchWith as never,
        fetchOptions: { dispatcher } as never,
      });
      const whole = await client.chat.completions.create({ ...chat(false), stream: false });
      expect(whole.choices[0]!.message.content).toBe('You said: hello');
      let text = '';
      for await (const chunk of await client.chat.completions.create({ ...chat(true), stream: true })) {
        text += chunk.choices[0]?.delta.content ?? '';
      }
      expect(text).toBe('You said: hello');
      const refused = await fetchWith(`${base}/v1/models`, { dispatcher });
      expect(refused.status).toBe(401);
    }
  });

  it('continues a conversation that began over HTTP', async () => {
    const { url, httpsUrl } = await start(await freePort());
    const named = { ...headers, 'x-conversation': 'shared' };
    await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: named,
      body: JSON.stringify(chat(false)),
    });
    const body = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'recall' }] });
    const answer = await fetchWith(`${httpsUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: named,
      body,
      dispatcher: trust,
    });
    expect(await answer.text()).toContain('1. hello');
  });

  it('is alone when server.port is 0', async () => {
    const { url, httpsUrl } = await start(undefined);
    expect(url).toMatch(/^https:/);
    expect(httpsUrl).toBe(url);
    expect((await fetchWith(`${url}/healthz`, { dispatcher: trust })).status).toBe(200);
  });

  it('leaves "--port 0" its meaning of any free port', async () => {
    const { url, httpsUrl } = await start(undefined, { anyFreePort: true });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetchWith(`${httpsUrl}/healthz`, { dispatcher: trust })).status).toBe(200);
  });

  it('does not speak without encryption on its port', async () => {
    const { url } = await start(undefined);
    await expect(fetch(`${url.replace('https', 'http')}/healthz`)).rejects.toThrow();
  });

  it('stops with the gateway, both doors', async () => {
    const { url, httpsUrl, close } = await start(await freePort());
    gateway = undefined;
    await close();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    await expect(fetchWith(`${httpsUrl}/healthz`, { dispatcher: trust })).rejects.toThrow();
  });

  it('leaves nothing open when its port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const port = await freePort();
    const server = { port, tls: { port: (taken.address() as AddressInfo).port, ...first } };
    const { config } = loadConfig({ text: JSON.stringify({ server, store: { driver: 'memory' } }), env: {} });
    await expect(startGateway(config, { log: new LogBook() })).rejects.toThrow('EADDRINUSE');
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
});

describe('`serve` with HTTPS', () => {
  const serve = async (server: object, args: readonly string[] = []) => {
    const file = join(mkdtempSync(join(tmpdir(), 'cordgate-')), 'cordgate.yaml');
    writeFileSync(file, JSON.stringify({ server, store: { driver: 'memory' } }));
    const terminal = new Terminal();
    const ended = terminal.run(['serve', '-c', file, ...args], realParts);
    return { terminal, ended };
  };

  it('says in its one line where both doors are, and `--port 0` opens a free one beside HTTPS', async () => {
    const tls = { port: await freePort(), ...first };
    const { terminal, ended } = await serve({ port: 0, tls }, ['--port', '0', '--json']);
    await terminal.written();
    const { url, httpsUrl } = JSON.parse(terminal.stdout);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(httpsUrl).toBe(`https://127.0.0.1:${tls.port}`);
    expect((await fetchWith(`${httpsUrl}/healthz`, { dispatcher: trust })).status).toBe(200);
    terminal.signal();
    expect((await ended).code).toBe(0);
  });

  it('names the one door for people when HTTP is off', async () => {
    const tls = { port: await freePort(), ...first };
    const { terminal, ended } = await serve({ port: 0, tls });
    await terminal.written();
    terminal.signal();
    expect((await ended).stdout).toContain(`cordgate listens on https://127.0.0.1:${tls.port} (`);
  });

  it('names the port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const { ended } = await serve({ port: await freePort(), tls: { port, ...first } });
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} of 127.0.0.1 is in use; choose another as server.tls.port`);
  });
});

describe('a certificate that cannot be used', () => {
  function configFile(cert: string, key: string, port = 8092): string {
    const folder = mkdtempSync(join(tmpdir(), 'cordgate-'));
    const tls = { port: 8093, cert: join(certificates, cert), key: join(certificates, key) };
    writeFileSync(
      join(folder, 'cordgate.yaml'),
      JSON.stringify({ server: { port, tls }, store: { driver: 'memory' } }),
    );
    return join(folder, 'cordgate.yaml');
  }

  const wrong = [
    [
      'keystore.jks',
      'keystore.jks',
      /server\.tls\.cert: .*keytool -importkeystore -srckeystore .*keystore\.jks/,
    ],
    ['first.cert.pem', 'renewed.key.pem', /server\.tls\.key: .* is not the key of the certificate/],
    ['expired.cert.pem', 'expired.key.pem', /server\.tls\.cert: .* has expired on/],
  ] as const;

  it.each(wrong)('%s with %s ends `serve` with 2, before anything starts', async (cert, key, message) => {
    const { code, stdout, stderr } = await new Terminal().run(['serve', '-c', configFile(cert, key)]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it.each(wrong)('%s with %s ends `check --offline` with 2', async (cert, key, message) => {
    const run = ['check', '--offline', '--json', '-c', configFile(cert, key)];
    const { code, stdout } = await new Terminal().run(run);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'error', message: expect.stringMatching(message) }),
      ]),
    );
  });

  it('is the only thing that is wrong with a file whose HTTP is off', async () => {
    const good = await new Terminal().run([
      'check',
      '--offline',
      '-c',
      configFile('first.cert.pem', 'first.key.pem', 0),
    ]);
    expect(good.code).toBe(0);
    expect(good.stdout).not.toMatch(/tls/);
  });
});

describe('a certificate that is renewed on the disk', () => {
  async function holder() {
    const folder = mkdtempSync(join(tmpdir(), 'cordgate-'));
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const put = (name: string, ...kinds: ('cert' | 'key')[]) => {
      for (const kind of kinds) copyFileSync(join(certificates, `${name}.${kind}.pem`), files[kind]);
    };
    put('first', 'cert', 'key');
    const clock = new FakeClock(Date.parse('2026-11-21'));
    const log = new LogBook();
    const inUse = readCertificate(files, clock.now(), 'x');
    const server = createHttpsServer({ cert: inUse.cert, key: inUse.key });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stop = watchCertificate(files, inUse, server, { clock, log });
    onTestFinished(() => {
      stop();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { put, clock, log, stop, shown: () => shownBy(port) };
  }

  it('is used for new connections within a minute, without a restart', async () => {
    const { put, clock, log, shown } = await holder();
    expect(await shown()).toBe('cordgate test first');
    put('renewed', 'cert', 'key');
    await clock.advance(61_000);
    expect(await shown()).toBe('cordgate test renewed');
    expect(log.find('renewed certificate')).toHaveLength(1);
    await clock.advance(300_000);
    expect(log.lines).toHaveLength(1);
  });

  it('is left aside while only half of it is there, or when it has expired', async () => {
    const { put, clock, log, shown } = await holder();
    put('renewed', 'cert');
    await clock.advance(180_000);
    expect(await shown()).toBe('cordgate test first');
    expect(log.find('cannot be used')).toHaveLength(1);
    put('expired', 'cert', 'key');
    await clock.advance(60_000);
    expect(await shown()).toBe('cordgate test first');
    put('renewed', 'cert', 'key');
    await clock.advance(60_000);
    expect(await shown()).toBe('cordgate test renewed');
  });

  it('is not looked for after the end', async () => {
    const { put, clock, stop, shown } = await holder();
    stop();
    put('renewed', 'cert', 'key');
    await clock.advance(600_000);
    expect(await shown()).toBe('cordgate test first');
  });
});
