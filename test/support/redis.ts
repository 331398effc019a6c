/** Debian's redis-server for tests: on a free loopback port, with append-only on; only what was started here is stopped. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A redis-server of its own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Asks by its own connection, past any store; gives the raw answer. */
  ask(...words: string[]): Promise<string>;
  /** SIGSTOP, SIGCONT: connections stay, nothing is answered. */
  pause(): void;
  resume(): void;
  /** kill -9. */
  kill(): Promise<void>;
  /** After `kill`: the same port, the same files. Resolves when it answers. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. @throws Error in one clear line when there is none and it cannot be installed */
export async function startRedis(...settings: string[]): Promise<RedisServer> {
  const program = findRedis();
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-redis-'));
  const port = await freePort();
  const given = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
  const words = [...given, '--appendonly', 'yes', '--appendfsync', 'always', ...settings];
  let child = await launch(program, words, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    ask: (...command) => ask(port, command),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => end(child),
    async restart() {
      child = await launch(program, words, port);
    },
    async close() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findRedis(): string {
  const isThere = () => spawnSync('redis-server', ['--version']).status === 0;
  if (isThere()) return 'redis-server';
  const isDebian = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (isDebian) {
    spawnSync('apt-get', ['update', '-qq']);
    // Debian starts the service after the installation; the tests need only the program.
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
    if (isThere()) return 'redis-server';
  }
  throw new Error('These tests need redis-server 7: install it with "apt-get install redis-server".');
}

async function launch(program: string, words: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(program, words, { stdio: 'ignore' });
  for (let left = 200; left > 0; left -= 1) {
    if (child.exitCode !== null) break;
    const answer = await ask(port, ['PING']).catch(() => '');
    if (answer.startsWith('+PONG') || answer.startsWith('-NOAUTH')) return child;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await end(child);
  throw new Error(`redis-server did not start on port ${port}.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** One command on a connection of its own: the protocol is simple enough for a single short answer. */
async function ask(port: number, words: readonly string[]): Promise<string> {
  const socket = dial(port, '127.0.0.1');
  socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
  try {
    const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${bulks.join('')}`);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return String(chunk);
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
