import type { Config } from './schema.ts';
import { isGroup } from './tree.ts';

const HIDDEN = '***';

/** Keys whose text is a secret wherever it stands; `tls.key` is a file name, but hiding it harms nobody. */
const SECRET_KEYS: readonly string[] = ['token', 'key', 'secret', 'accessKeyId', 'secretAccessKey'];

/** The same tree with every token, key, secret and every password inside a URL replaced by `***`, for display. */
export function redact(config: Config): unknown {
  return redactValue(config, '');
}

function redactValue(value: unknown, key: string): unknown {
  if (typeof value === 'string') return SECRET_KEYS.includes(key) ? HIDDEN : withoutPassword(value);
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, key));
  if (!isGroup(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, redactValue(entry, name)]));
}

/** Replaces `user:password@` and the query, which may hold a token, in anything that looks like a URL. */
function withoutPassword(value: string): string {
  if (!value.includes('://')) return value;
  return value.replace(/:\/\/[^/@]*@/, `://${HIDDEN}@`).replace(/\?.*$/, `?${HIDDEN}`);
}
