/** One way out: whoever speaks to Discord (REST, gateway socket, uploads, CDN) leaves through the same door. */
import type { Agent as HttpAgent } from 'node:http';
import { socksDispatcher } from 'fetch-socks';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';

/** The door: one connection pool for HTTP, one agent for the socket. */
export interface Exit {
  readonly dispatcher: Dispatcher;
  /** Undefined: the socket connects directly. */
  readonly socketAgent: HttpAgent | undefined;
  /** Password of the proxy, for redaction. */
  readonly secret: string | undefined;
  /** Ends all idle connections, aborts the others. */
  close(): Promise<void>;
}

/** A send that follows within a minute finds its connection still open. */
const POOL = { connections: 32, keepAliveTimeout: 60_000, keepAliveMaxTimeout: 300_000 } as const;
const CONNECT_TIMEOUT_MS = 10_000;
const SOCKS_PORT = 1080;

function parseProxy(proxy: string): URL {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url && url.hostname !== '' && /^(https?|socks5h?|socks):$/.test(url.protocol)) return url;
  // The text may hold a password, so it is not repeated.
  throw new TypeError('discord.proxy must be http://, https:// or socks5://, with a host.');
}

const unbracketed = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/**
 * SOCKS5 hands host names to the proxy in every spelling (`socks5`, `socks5h`, `socks`): who needs a proxy to
 * reach Discord usually cannot trust the local answers for its names either.
 */
function socksDoor(url: URL): Pick<Exit, 'dispatcher' | 'socketAgent'> {
  const username = decodeURIComponent(url.username);
  const dispatcher = socksDispatcher(
    {
      type: 5,
      host: unbracketed(url.hostname),
      port: Number(url.port) || SOCKS_PORT,
      ...(username === '' ? {} : { userId: username, password: decodeURIComponent(url.password) }),
    },
    { ...POOL, connect: { timeout: CONNECT_TIMEOUT_MS } },
  );
  const remoteNames = url.href.replace(/^[a-z0-9]+:/, 'socks5h:');
  return { dispatcher, socketAgent: new SocksProxyAgent(remoteNames) };
}

/** Plain http:// and ws:// targets are tunnelled as well, so that one kind of proxy rule covers everything. */
function httpDoor(url: URL): Pick<Exit, 'dispatcher' | 'socketAgent'> {
  const dispatcher = new ProxyAgent({
    ...POOL,
    uri: url.href,
    proxyTunnel: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
  });
  return { dispatcher, socketAgent: new HttpsProxyAgent(url) };
}

function directDoor(): Pick<Exit, 'dispatcher' | 'socketAgent'> {
  const dispatcher = new Agent({ ...POOL, connect: { timeout: CONNECT_TIMEOUT_MS } });
  return { dispatcher, socketAgent: undefined };
}

/**
 * Opens the way to Discord.
 * @param proxy `http://`, `https://` or `socks5://`, credentials inside; null or nothing for a direct way
 * @throws TypeError when the proxy is none of these
 */
export function openExit(proxy: string | null | undefined): Exit {
  const url = proxy ? parseProxy(proxy) : undefined;
  const door = !url ? directDoor() : url.protocol.startsWith('http') ? httpDoor(url) : socksDoor(url);
  return {
    ...door,
    secret: url?.password ? decodeURIComponent(url.password) : undefined,
    async close() {
      door.socketAgent?.destroy();
      await door.dispatcher.destroy();
    },
  };
}
