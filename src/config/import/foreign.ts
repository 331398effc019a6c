import { type Group, isGroup } from '../tree.ts';
import { ImportError } from './import-error.ts';
import { notABridgeFile } from './source.ts';

/** Keys of which at least one stands in every file of the Bridge. */
const SIGNS =
  /^(Bots|UsingProxy|Proxy(IP|Port|Type)|API(Port|SSLPort|MaxThread)|APISSL_.*|API_IP_.*|Open(API|AI)_(Chat|ImageGenerate)_.*|Keepalive_.*|generate_timeout|Disable_.*)$/i;

/**
 * Makes sure that a file is one of Coze-Discord-Bridge.
 * @throws ImportError that says what it is instead
 */
export function refuseForeign(root: Group): void {
  if (isCordgate(root))
    throw new ImportError('this is a file of cordgate already: nothing is to be imported');
  if (!Object.keys(root).some((key) => SIGNS.test(key))) throw new ImportError(notABridgeFile);
}

/** True for a config.json of Discordxy: `{"http": {…}, "discord": {"accounts": [{"user-token", …}]}}`. */
export function isDiscordxy({ http, discord }: Group): boolean {
  if (!isGroup(discord)) return false;
  return (
    ['accounts', 'task-storage', 'proxy-wss', 'notify-pool-size'].some((key) =>
      Object.hasOwn(discord, key),
    ) || isGroup(http)
  );
}

function isCordgate(root: Group): boolean {
  const sections = ['server', 'auth', 'accounts', 'store', 'bots'].filter((key) => Object.hasOwn(root, key));
  return sections.length >= 2;
}
