import { type Group, isGroup } from '../tree.ts';
import { ImportError } from './import-error.ts';
import { notABridgeFile } from './source.ts';

/** Keys of which at least one stands in every file of the Bridge. */
const SIGNS =
  /^(Bots|UsingProxy|Proxy(IP|Port|Type)|API(Port|SSLPort|MaxThread)|APISSL_.*|API_IP_.*|Open(API|AI)_(Chat|ImageGenerate)_.*|Keepalive_.*|generate_timeout|Disable_.*)$/i;

/**
 * Makes sure that a file is one of Coze-Discord-Bridge.
 * @param otherwise what is said of a file that is neither of it nor of cordgate
 * @throws ImportError that says what it is instead
 */
export function refuseForeign(root: Group, otherwise = notABridgeFile): void {
  if (isCordgate(root))
    throw new ImportError('this is a file of cordgate already: nothing is to be imported');
  if (!Object.keys(root).some((key) => SIGNS.test(key))) throw new ImportError(otherwise);
}

/** Said of JSON that is something else. */
export const notADiscordxyFile =
  'this is no config.json of Discordxy: it holds no "discord" with "accounts" or another of its keys (user-token, proxy-wss, task-storage …)';

/** Keys of `discord` of which at least one stands in every file of Discordxy. */
const DISCORD_SIGNS = [
  'accounts',
  'notify-pool-size',
  'proxy-cdn',
  'proxy-server',
  'proxy-wss',
  'redis',
  'task-storage',
  'task-storage-timeout',
  'upload-server',
];

/** True for a config.json of Discordxy: `{"http": {…}, "discord": {"accounts": [{"user-token", …}]}}`. */
export function isDiscordxy(root: Group): boolean {
  const { discord } = root;
  if (isGroup(discord) && DISCORD_SIGNS.some((key) => Object.hasOwn(discord, key))) return true;
  return Object.hasOwn(root, 'discord') && Object.hasOwn(root, 'http');
}

function isCordgate(root: Group): boolean {
  const sections = ['server', 'auth', 'accounts', 'store', 'bots'].filter((key) => Object.hasOwn(root, key));
  return sections.length >= 2;
}
