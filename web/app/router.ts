/** Which page is shown: the part of the address behind `#`, for instance `#/gallery/1211?status=failed`. */
import { signal } from '@preact/signals';

/** A place in the interface. */
export interface Route {
  /** Name of the page: the first part; empty at the start. */
  readonly page: string;
  /** What follows it, decoded. */
  readonly rest: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Where we are. */
export const route = signal<Route>(read());

window.addEventListener('hashchange', () => {
  route.value = read();
});

/** The address of a place, for `href`. Values that are empty or undefined are left out. */
export function hrefOf(
  page: string,
  rest: readonly string[] = [],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  return `#/${[page, ...rest].map(encodeURIComponent).join('/')}${search}`;
}

/** Goes to a place; `replace` leaves no step in the browser's history (for filters). */
export function go(
  page: string,
  rest: readonly string[] = [],
  query: Readonly<Record<string, string | undefined>> = {},
  { replace = false } = {},
): void {
  const href = hrefOf(page, rest, query);
  if (!replace) {
    location.hash = href;
    return;
  }
  history.replaceState(null, '', href);
  route.value = read();
}

function read(): Route {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [page = '', ...rest] = path.split('/').filter(Boolean).map(decoded);
  return { page, rest, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** Addresses are typed by people, too. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
