/** The links to pictures and videos that answers carry: to the gateway's own copy where it keeps one, else to Discord. */
import type { FastifyRequest } from 'fastify';
import type { Media } from '../core/media.ts';

/** Path under which copies are served. */
export const FILES_PATH = '/files';

/** Gives the link to a picture or video. */
export type LinkOf = (media: Pick<Media, 'url' | 'kept'>) => string;

/** What links are made of. */
export interface LinkOptions {
  /** Address under which callers reach the gateway; the one that a request was sent to when left out. */
  readonly publicUrl?: string | undefined;
  /** Base of the host that shows Discord's pictures to callers, such as `https://cdn.discordapp.com`. */
  readonly cdn: string;
}

/** The links of one gateway. */
export interface Links {
  /** For an answer to a request: Discord's links as Discord gives them. */
  readonly plain: (request: AddressedRequest) => LinkOf;
  /** For an answer to a request: Discord's links led through the host that callers reach. */
  readonly throughCdn: (request: AddressedRequest) => LinkOf;
  /** For what is sent without having been asked for: copies are linked only when `publicUrl` is known. */
  readonly unasked: LinkOf;
}

type AddressedRequest = Pick<FastifyRequest, 'protocol' | 'host'>;

/** Where Discord keeps attachments; only links to it are led through another host. */
const DISCORD_CDN = 'https://cdn.discordapp.com/';

/** Makes the links of a gateway. */
export function createLinks({ publicUrl, cdn }: LinkOptions): Links {
  const shown = (url: string) =>
    url.startsWith(DISCORD_CDN) ? `${cdn.replace(/\/+$/, '')}/${url.slice(DISCORD_CDN.length)}` : url;
  const baseFor = (request: AddressedRequest) => publicUrl ?? originOf(request);
  return {
    plain: (request) => linksTo(baseFor(request), (url) => url),
    throughCdn: (request) => linksTo(baseFor(request), shown),
    unasked: linksTo(publicUrl, shown),
  };
}

function linksTo(base: string | undefined, shown: (url: string) => string): LinkOf {
  return ({ url, kept }) =>
    base === undefined || kept === undefined ? shown(url) : `${base}${FILES_PATH}/${kept}`;
}

/** The address that a caller has used; undefined when the header `Host` holds anything but a host. */
function originOf({ protocol, host }: AddressedRequest): string | undefined {
  return /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) ? `${protocol}://${host}` : undefined;
}
