import { isIP, type LookupFunction } from 'node:net';
import { Agent } from 'undici';

/** A connection that can only reach the checked addresses: a name that resolves anew to others changes nothing. */
export function pinnedAgent(addresses: readonly string[]): Agent {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (hostname, options, callback) => {
    const [first] = entries;
    if (options.all) callback(null, entries);
    else if (first) callback(null, first.address, first.family);
    else callback(new Error(`No address of ${hostname} was checked.`), '');
  };
  // The signal holds the only time limit; HTTP/2 would gain nothing for one file.
  return new Agent({ connect: { lookup, timeout: 0 }, headersTimeout: 0, bodyTimeout: 0, allowH2: false });
}
