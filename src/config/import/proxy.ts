import type { Ledger } from './ledger.ts';
import { type Line, type Placeholder, paragraphs } from './page.ts';
import { type Keys, switchOf, wholeNumber } from './scalars.ts';

const KEYS = ['UsingProxy', 'ProxyIP', 'ProxyPort', 'ProxyType'];

const MIXED =
  'The Bridge spoke HTTP to this proxy for the account that sends and SOCKS for the one that listens, so the port may understand both. If this address fails, try http:// in front.';

/** UsingProxy and Proxy* as `discord.proxy`. Nothing when the old file has none of the keys. */
export function proxyLines(keys: Keys, ledger: Ledger): Line[] {
  if (!KEYS.some((name) => keys.has(name))) return [];
  const written = keys.text('UsingProxy');
  const state = switchOf(written);
  const url = urlOf(keys);
  if (state === 'off') {
    return [
      {
        key: 'proxy',
        value: null,
        beside: `UsingProxy was off${url ? `; ${url} would be the address` : ''}`,
      },
    ];
  }
  const meant = `UsingProxy: ${ledger.show(written)} was taken as true, though the Bridge understood only true.`;
  const remarks = [
    state === 'meant-on' ? ledger.note(meant) : '',
    url?.startsWith('socks') ? ledger.note(MIXED) : '',
    url === undefined ? ledger.note('UsingProxy was on, but ProxyIP or ProxyPort cannot be used.') : '',
  ];
  const value: string | Placeholder =
    url ??
    ledger.ask('DISCORD_PROXY', 'address of the proxy, such as http://host:port', 'http://127.0.0.1:8080');
  return [{ key: 'proxy', value, beside: 'ProxyType, ProxyIP, ProxyPort', ...paragraphs(...remarks) }];
}

/** The original took exactly `HTTP` as such and everything else as SOCKS. */
function urlOf(keys: Keys): string | undefined {
  const host = (keys.has('ProxyIP') ? keys.text('ProxyIP') : '127.0.0.1')
    .replace(/^\w+:\/\//, '')
    .replace(/\/+$/, '');
  const port = keys.has('ProxyPort') ? wholeNumber(keys.text('ProxyPort'), 1, 65_535) : 8080;
  const type = keys.has('ProxyType') ? keys.text('ProxyType') : 'HTTP';
  if (port === undefined) return undefined;
  const scheme = /^http$/i.test(type) ? 'http' : 'socks5';
  const isAddress6 = /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host);
  if (!isAddress6 && !/^[a-z0-9][a-z0-9.-]*$/i.test(host)) return undefined;
  const url = `${scheme}://${isAddress6 ? `[${host}]` : host}:${port}`;
  return URL.canParse(url) ? url : undefined;
}
