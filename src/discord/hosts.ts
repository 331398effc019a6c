import type { Snowflake } from '../core/discord.ts';

/** Where Discord is: every host can be replaced by a mirror or the simulator. */
export interface DiscordHosts {
  /** REST base with version, e.g. `https://discord.com/api/v10`. */
  readonly api: string;
  /** Gateway socket, e.g. `wss://gateway.discord.gg`. */
  readonly gateway: string;
  /** Base of attachments' links. */
  readonly cdn: string;
  /** Base of the storage that takes uploads of user accounts. */
  readonly upload: string;
  /** Base of the pages of applications; `{applicationId}` in it stands for the application's id. */
  readonly activity: string;
}

/** Discord's own hosts: the defaults of the configuration. */
export const DISCORD_HOSTS: DiscordHosts = {
  api: 'https://discord.com/api/v10',
  gateway: 'wss://gateway.discord.gg',
  cdn: 'https://cdn.discordapp.com',
  upload: 'https://discord-attachments-uploads-prd.storage.googleapis.com',
  activity: 'https://{applicationId}.discordsays.com',
};

const OWN_CDN_HOSTS = /^(cdn\.discordapp\.com|media\.discordapp\.net|images-ext-\d+\.discordapp\.net)$/;

const hostOf = (url: string): string => new URL(url).hostname;
const isDiscordGateway = (url: string): boolean => /(^|\.)discord\.gg$/.test(hostOf(url));

/** Puts `url` onto another base: the base's origin and path, then the url's own path and query. */
function rebase(url: string, base: string): string {
  const { pathname, search } = new URL(url);
  return base.replace(/\/+$/, '') + pathname + search;
}

/**
 * The socket address to open. A resume address on Discord's own domain is left aside when the gateway was
 * replaced, or a mirror would be bypassed on the first reconnect.
 * `version` is the gateway's, `compress` asks for zlib-stream (Discord docs, "Transport Compression").
 */
export function gatewayUrl(
  hosts: Pick<DiscordHosts, 'gateway'>,
  resumeUrl: string | null,
  version: number,
  compress: boolean,
): string {
  const usable = resumeUrl !== null && URL.canParse(resumeUrl) && /^wss?:/.test(resumeUrl);
  const bypass = usable && isDiscordGateway(resumeUrl) && !isDiscordGateway(hosts.gateway);
  const url = new URL(usable && !bypass ? resumeUrl : hosts.gateway);
  url.searchParams.set('v', String(version));
  url.searchParams.set('encoding', 'json');
  if (compress) url.searchParams.set('compress', 'zlib-stream');
  return url.href;
}

/** The address to PUT an upload to: Discord's own storage is replaced by the configured one. */
export function uploadUrl(hosts: Pick<DiscordHosts, 'upload'>, url: string): string {
  return hostOf(url) === hostOf(DISCORD_HOSTS.upload) ? rebase(url, hosts.upload) : url;
}

/** The address to fetch an attachment from: Discord's own CDN is replaced by the configured one. */
export function cdnUrl(hosts: Pick<DiscordHosts, 'cdn'>, url: string): string {
  const replaced = hostOf(hosts.cdn) !== hostOf(DISCORD_HOSTS.cdn);
  return replaced && OWN_CDN_HOSTS.test(hostOf(url)) ? rebase(url, hosts.cdn) : url;
}

/** True when a link points to Discord's CDN or to the configured one. */
export function isCdnUrl(hosts: Pick<DiscordHosts, 'cdn'>, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { host, hostname, protocol } = new URL(url);
  if (host === new URL(hosts.cdn).host) return protocol === 'https:' || protocol === 'http:';
  return protocol === 'https:' && OWN_CDN_HOSTS.test(hostname);
}

/**
 * The address of a path on an application's own host. Whatever the path looks like, the host stays the configured one:
 * paths come from the wire.
 */
export function activityUrl(
  hosts: Pick<DiscordHosts, 'activity'>,
  applicationId: Snowflake,
  path: string,
): string {
  const base = hosts.activity.replaceAll('{applicationId}', applicationId);
  return `${base.replace(/\/+$/, '')}/${path.replace(/^[/\\]+/, '')}`;
}
