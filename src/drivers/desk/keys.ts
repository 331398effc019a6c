/** By what a job is recognised, as one string for each key, strongest kind first: pure. */
import type { Snowflake } from '../../core/discord.ts';
import type { KeyKind } from './key-kind.ts';
import { interactionIdsOf, isFinal, referenceOf, type Sighting } from './sighting.ts';

/** A key of one kind. */
export type Key = `${KeyKind}:${string}`;

/** Writes a key. */
export function keyOf(kind: KeyKind, value: string): Key {
  return `${kind}:${value}`;
}

/** Every strong key that a message holds: a job that learns one of them may be the one it belongs to. */
export function strongKeysOf(sighting: Sighting): Key[] {
  const { message, parsed } = sighting;
  const keys: Key[] = [keyOf('message', message.id)];
  if (message.nonce != null) keys.push(keyOf('nonce', String(message.nonce)));
  for (const id of interactionIdsOf(message)) keys.push(keyOf('interaction', id));
  for (const id of shownBeforeBy(sighting)) keys.push(keyOf('message', id));
  if (parsed.jobId !== undefined) keys.push(keyOf('job', parsed.jobId));
  return keys;
}

/** The messages that went before a message in the same work: the first answer of its interaction, and what it replies to. */
export function shownBeforeBy({ message }: Sighting): Snowflake[] {
  const first = message.interaction_metadata?.original_response_message_id;
  const reference = referenceOf(message);
  return [first, reference].filter((id) => id !== undefined);
}

/** The key of words that were made alike; undefined where there are none. */
export function wordsKey(words: string): Key | undefined {
  return words === '' ? undefined : keyOf('text', words);
}

/** What has no words, such as a blend of pictures, is told by just that from what has. */
export const WORDLESS: Key = keyOf('text', '');

/** An answer in numbered texts repeats no words of its job: it is told by what was asked for, and told from all else. */
export function textsKey(of: 'describe' | 'shorten'): Key {
  return keyOf('text', `\0${of}`);
}

/** The key of a final picture's words, or of a final answer in texts; undefined where nobody knows them. */
export function textKeyOf(sighting: Sighting): Key | undefined {
  const { says } = sighting.parsed;
  if (says.type === 'texts') return textsKey(says.of);
  if (says.type !== 'job' || says.isLoose || !isFinal(sighting)) return undefined;
  return wordsKey(sighting.words) ?? WORDLESS;
}
