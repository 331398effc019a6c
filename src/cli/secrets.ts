import type { Config } from '../config/schema.ts';

/** Texts shorter than this are not searched for in lines: they would hit ordinary words. */
const SHORTEST_SECRET = 6;

/** Parts of a webhook's path that are as long as this are its key, as those of Slack and Discord are. */
const SHORTEST_PATH_KEY = 16;

/** Keys that were made at run time are known by their form alone: only their digests are kept. */
const MADE_KEY = /sk-cordgate-[\w-]{16,}/g;

/** User name and password in an address. */
const CREDENTIALS = /(\w:\/\/)[^\s/?#"'@\\]+@/g;

/** What follows the path of an address: signatures of Discord's links (`ex`, `is`, `hm`), of uploads and of buckets. */
const QUERY = /(https?:\/\/[^\s"'<>?\\]+)\?[^\s"'<>\\]*/gi;

/** Every text of a configuration that must not reach a line: tokens, keys, secrets, the credentials in addresses. */
export function secretsOf({ accounts, auth, webhooks, discord, store, media, telemetry }: Config): string[] {
  return [
    ...accounts.map((account) => account.token),
    ...auth.keys.map((entry) => entry.key),
    webhooks.secret ?? '',
    media.s3?.accessKeyId ?? '',
    media.s3?.secretAccessKey ?? '',
    ...[discord.proxy, store.url, telemetry.otlp, webhooks.operator].flatMap(passwordsIn),
    ...keysIn(webhooks.operator),
  ].filter((secret) => secret.length >= SHORTEST_SECRET);
}

function passwordsIn(address: string | null): string[] {
  const password = URL.parse(address ?? '')?.password ?? '';
  return [password, decoded(password)];
}

function keysIn(address: string | null): string[] {
  const url = URL.parse(address ?? '');
  if (url === null) return [];
  const parts = url.pathname.split('/').filter((part) => part.length >= SHORTEST_PATH_KEY);
  return [...parts, ...url.searchParams.values()];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Makes a function that hides secrets in what is written: the given ones, as they are and as JSON or an address writes
 * them; keys that were made at run time; credentials and queries of addresses. The list may grow.
 */
export function createHide(secrets: readonly string[]): (text: string) => string {
  let count = secrets.length;
  let known = formsOf(secrets);
  return (text) => {
    if (count !== secrets.length) known = formsOf(secrets);
    count = secrets.length;
    return known
      .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
      .replace(MADE_KEY, '***')
      .replace(CREDENTIALS, '$1***@')
      .replace(QUERY, '$1?***');
  };
}

function formsOf(secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
  ]);
  // The longest first: one secret may be the beginning of another.
  return [...new Set(forms)].sort((left, right) => right.length - left.length);
}
