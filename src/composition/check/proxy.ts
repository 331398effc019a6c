import { connect } from 'node:net';
import type { Config } from '../../config/schema.ts';
import { type Finding, findingsOf } from './finding.ts';

const PATIENCE_MS = 5_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const SOCKS_PORT = 1080;

/** Checks that something listens at the proxy's address; nothing when no proxy is configured. */
export async function checkProxy({ discord }: Config): Promise<Finding[]> {
  const proxy = discord.proxy === null ? null : URL.parse(discord.proxy);
  if (proxy === null) return [];
  const port = Number(proxy.port) || (DEFAULT_PORTS[proxy.protocol] ?? SOCKS_PORT);
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  const say = findingsOf({});
  const trouble = await connectionTrouble(host, port);
  if (trouble === undefined) return [say.ok('proxy', `the proxy ${host}:${port} can be reached`)];
  const message = `the proxy ${host}:${port} cannot be reached (${trouble})`;
  return [say.error('proxy_unreachable', message, 'Check discord.proxy, and that the proxy is running.')];
}

function connectionTrouble(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (trouble?: string) => {
      socket.destroy();
      resolve(trouble);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
