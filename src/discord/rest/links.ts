import { nonsenseError } from './errors.ts';
import type { Rest } from './rest.ts';

const PATH = '/attachments/refresh-urls';
/** Most links of one call. */
const MOST_LINKS = 50;

/** Signs links anew; see `InteractionPort.refreshLinks`. More than 50 take several calls. */
export async function refreshLinks(
  rest: Rest,
  urls: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const refreshed = new Map<string, string>();
  for (let at = 0; at < urls.length; at += MOST_LINKS) {
    const json = { attachment_urls: urls.slice(at, at + MOST_LINKS) };
    const call = { method: 'POST', path: PATH, template: PATH, major: '', json, repeatable: true } as const;
    for (const [original, link] of pairsOf(await rest.call(call, signal))) refreshed.set(original, link);
  }
  return refreshed;
}

function pairsOf(answer: unknown): [string, string][] {
  if (typeof answer !== 'object' || answer === null || !('refreshed_urls' in answer)) {
    throw nonsenseError(`POST ${PATH}`);
  }
  const { refreshed_urls: entries } = answer;
  if (!Array.isArray(entries)) throw nonsenseError(`POST ${PATH}`);
  return (entries as unknown[]).flatMap((entry): [string, string][] => {
    if (typeof entry !== 'object' || entry === null) return [];
    if (!('original' in entry) || typeof entry.original !== 'string') return [];
    // A link that Discord does not know comes back as null.
    if (!('refreshed' in entry) || typeof entry.refreshed !== 'string') return [];
    return [[entry.original, entry.refreshed]];
  });
}
