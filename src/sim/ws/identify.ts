/** The checks of IDENTIFY (Discord docs, "Identify" and "Gateway Close Event Codes"). */
import type { SimAccount, WireObject } from '../model.ts';
import { areKnown, disallowed } from './intents.ts';

/** Why an IDENTIFY is turned away. */
export interface CloseReason {
  readonly code: number;
  readonly reason: string;
}

/** What an IDENTIFY that was accepted asks for. */
export interface Identity {
  /** Undefined for people. */
  readonly intents: number | undefined;
  readonly shard: readonly [number, number];
}

/** Reads an IDENTIFY of an account whose token was found good. */
export function checkIdentify(account: SimAccount, data: WireObject): Identity | CloseReason {
  const shard = readShard(data.shard);
  if (!shard) return { code: 4010, reason: 'Invalid shard.' };
  if (account.kind === 'user') return { intents: undefined, shard };
  const { intents } = data;
  if (typeof intents !== 'number' || !areKnown(intents)) return { code: 4013, reason: 'Invalid intent(s).' };
  if (disallowed(intents, account.messageContent)) return { code: 4014, reason: 'Disallowed intent(s).' };
  return { intents, shard };
}

function readShard(value: unknown): readonly [number, number] | undefined {
  if (value === undefined || value === null) return [0, 1];
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [id, total]: unknown[] = value;
  if (typeof id !== 'number' || typeof total !== 'number') return undefined;
  if (!Number.isInteger(id) || !Number.isInteger(total)) return undefined;
  return total >= 1 && id >= 0 && id < total ? [id, total] : undefined;
}
