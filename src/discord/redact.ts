/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** Shorter strings would blank out ordinary words. */
const SHORTEST_SECRET = 4;

/** Makes a function that replaces each of the secrets by `[secret]`, also where they were percent-encoded. */
export function createRedact(secrets: readonly (string | undefined)[]): Redact {
  const known = secrets
    .filter((secret): secret is string => secret !== undefined && secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .sort((left, right) => right.length - left.length);
  return (text) => known.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}
