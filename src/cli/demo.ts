import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { LogBook } from '../composition/log-book.ts';
import { loadConfig } from '../config/load.ts';
import type { Config, ConfigInput } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { explainListenError, type Running, runUntilStopped } from './lifecycle.ts';
import { createLog } from './log.ts';
import { jsonOption, parsePort, parseSpeed } from './options.ts';
import type { GatewayPart, Parts, SimReady } from './parts.ts';

const DEFAULT_PORT = 8092;
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4', 'gpt-3.5-turbo'];
const DRAWING_MODEL = 'midjourney';
const FILMING_MODEL = 'pika';

interface DemoOptions {
  readonly port?: number;
  readonly speed: number;
  readonly json?: boolean;
}

/** The log, and who keeps its newest lines. */
interface Logging {
  readonly log: Log;
  readonly logs: LogBook;
}

interface Demo extends Running {
  readonly url: string;
  readonly key: string;
  readonly sim: SimReady;
}

/** Adds `cordgate demo`: a simulated Discord and the gateway in front of it; needs no token, no account, no network. */
export function addDemo(program: Command, io: CommandIo, parts: Parts, done: (code: number) => void): void {
  program
    .command('demo')
    .description(
      'run a simulated Discord with its bots and the gateway in front of it: no token, no account, no network',
    )
    .option(
      '-p, --port <port>',
      `port of the gateway, 0 = any free one (default: ${DEFAULT_PORT}, or a free one when it is in use)`,
      parsePort,
    )
    .option('--speed <factor>', 'how much faster than life the bots answer', parseSpeed, 1)
    .addOption(jsonOption('print one line of JSON on stdout when ready'))
    .action(async (options: DemoOptions) => done(await demo(io, parts, options)));
}

async function demo(io: CommandIo, parts: Parts, options: DemoOptions): Promise<number> {
  const pretty = !options.json && io.stderrIsTerminal;
  const logs = new LogBook();
  const log = createLog({ level: 'warn', pretty, secrets: [] }, io, logs);
  return runUntilStopped(
    io,
    log,
    () => startDemo(parts, options, { log, logs }),
    ({ url, key, sim }) => {
      io.stdout(
        options.json
          ? `${JSON.stringify({ ready: true, url, key, models: [...MODELS, DRAWING_MODEL, FILMING_MODEL], sim })}\n`
          : demoForPeople(url, key),
      );
    },
  );
}

async function startDemo(parts: Parts, { port, speed }: DemoOptions, logging: Logging): Promise<Demo> {
  // The demo shows the product; Discord's rate limits are for `cordgate sim`.
  const sim = await parts.startSim({ host: '127.0.0.1', port: 0, speed, limits: 'none' });
  try {
    const key = `sk-demo-${randomBytes(16).toString('hex')}`;
    const gateway = await startOnFreePort(
      parts,
      (chosen) => demoConfig(sim.ready, key, chosen),
      port,
      logging,
    );
    const close = async () => {
      await gateway.close();
      await sim.close();
    };
    return { url: gateway.url, key, sim: sim.ready, close };
  } catch (error) {
    await sim.close();
    throw error;
  }
}

/** The usual port may be taken on a first run; only a port that was asked for by number is insisted on. */
async function startOnFreePort(
  parts: Parts,
  configFor: (port: number) => Config,
  asked: number | undefined,
  logging: Logging,
): Promise<GatewayPart> {
  const wanted = asked ?? DEFAULT_PORT;
  try {
    return await parts.startGateway(configFor(wanted), logging);
  } catch (error) {
    const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (asked !== undefined || !busy) throw explainListenError(error, '127.0.0.1', wanted);
    return parts.startGateway(configFor(0), logging);
  }
}

/** The demo's configuration: memory store, the simulator's bots, one random key, this machine only. */
function demoConfig(sim: SimReady, key: string, port: number): Config {
  const account = sim.accounts.find((entry) => entry.kind === 'bot');
  const artist = sim.accounts.find((entry) => entry.kind === 'user');
  if (account === undefined || artist === undefined)
    throw new CommandFailure('the simulator offers no accounts');
  const input: ConfigInput = {
    server: { host: '127.0.0.1', port },
    auth: { keys: [{ key, name: 'demo', admin: true }] },
    discord: {
      api: sim.api,
      gateway: sim.gateway,
      cdn: sim.cdn,
      upload: sim.upload,
      activity: sim.activity,
      requestsPerSecond: 0,
    },
    accounts: [
      { id: 'bridge', kind: 'bot', token: account.token },
      { id: 'alice', kind: 'user', token: artist.token },
    ],
    bots: [
      {
        id: 'coze',
        driver: 'coze',
        listen: 'bridge',
        send: ['bridge'],
        guildId: sim.guildId,
        botUserId: sim.bots.coze.userId,
        models: MODELS,
        maxChannels: 400,
      },
      {
        id: 'midjourney',
        driver: 'midjourney',
        models: [DRAWING_MODEL],
        rooms: [
          {
            account: 'alice',
            guildId: sim.guildId,
            channelId: sim.channels.midjourney ?? '',
            concurrency: 3,
          },
        ],
      },
      {
        id: 'pika',
        driver: 'pika',
        models: [FILMING_MODEL],
        rooms: [{ account: 'alice', guildId: sim.guildId, channelId: sim.channels.pika ?? '' }],
      },
    ],
    store: { driver: 'memory' },
    // The simulator serves its pictures from this machine.
    webhooks: { allowPrivate: ['127.0.0.0/8', '::1/128'] },
  };
  return loadConfig({ text: '', env: {}, flags: input }).config;
}

function demoForPeople(url: string, key: string): string {
  return `cordgate demo: a simulated Discord with a Coze bot, Midjourney and Pika, and the gateway in front of it.

  Browser   ${url}/ui/   (sign in with the key)
  Base URL  ${url}/v1
  API key   ${key}
  Models    ${MODELS.join(', ')}; ${DRAWING_MODEL} draws, ${FILMING_MODEL} films

Watch an answer come in:

  curl -N ${url}/v1/chat/completions \\
    -H "Authorization: Bearer ${key}" \\
    -H "Content-Type: application/json" \\
    -d '{"model":"${MODELS[0]}","stream":true,"messages":[{"role":"user","content":"Hello, who are you?"}]}'

Watch a picture come in:

  npx cordgate imagine "a small cat" --url ${url} --key ${key} --out cat.png

A video:

  npx cordgate animate "a small cat jumps" --url ${url} --key ${key} --out cat.mp4

The official client (JavaScript; Python takes base_url and api_key):

  import OpenAI from 'openai';
  const client = new OpenAI({ baseURL: '${url}/v1', apiKey: '${key}' });
  const answer = await client.chat.completions.create({
    model: '${MODELS[0]}', messages: [{ role: 'user', content: 'Hello, who are you?' }],
  });
  console.log(answer.choices[0].message.content);

Nothing is kept when the demo ends. Ctrl+C stops it.
`;
}
