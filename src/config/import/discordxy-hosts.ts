import { isUrl } from '../fields.ts';
import type { Ledger } from './ledger.ts';
import type { Line } from './page.ts';
import type { Keys } from './scalars.ts';

interface Host {
  /** Key of the new file, and of the old one. */
  readonly key: string;
  readonly name: string;
  readonly schemes: readonly string[];
  readonly usual: string;
  readonly finish: (url: string) => string;
}

const same = (url: string) => url;
const WEB = ['http:', 'https:'];

const HOSTS: readonly Host[] = [
  { key: 'api', name: 'proxy-server', schemes: WEB, usual: 'https://discord.com', finish: withVersion },
  {
    key: 'gateway',
    name: 'proxy-wss',
    schemes: ['ws:', 'wss:'],
    usual: 'wss://gateway.discord.gg',
    finish: same,
  },
  { key: 'cdn', name: 'proxy-cdn', schemes: WEB, usual: 'https://cdn.discordapp.com', finish: same },
  {
    key: 'upload',
    name: 'upload-server',
    schemes: WEB,
    usual: 'https://discord-attachments-uploads-prd.storage.googleapis.com',
    finish: same,
  },
];

/** Section `discord`: the four hosts. */
export function hostLines(discord: Keys, ledger: Ledger): Line[] {
  return HOSTS.map((host) => hostLine(host, discord, ledger));
}

function hostLine({ key, name, schemes, usual, finish }: Host, discord: Keys, ledger: Ledger): Line {
  const text = discord.text(name).replace(/\/+$/, '');
  if (text === '') return { key, value: finish(usual), beside: `${name} was not given` };
  const url = text.includes('://') ? text : `${schemes.at(-1)}//${text}`;
  if (isUrl(url, schemes)) return { key, value: finish(url), beside: name };
  const remark = `${name}: ${ledger.show(text)} is no address of ${schemes.join(' or ')}; Discord's own was taken.`;
  return { key, value: finish(usual), beside: ledger.note(remark) };
}

/** Discordxy put the path of the API behind the host itself. */
function withVersion(url: string): string {
  if (/\/api\/v\d+$/.test(url)) return url;
  return url.endsWith('/api') ? `${url}/v10` : `${url}/api/v10`;
}
