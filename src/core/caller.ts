/** Who calls the gateway, after the key was checked. */
export interface Caller {
  /** Stable name of the key; conversations and usage belong to it. Empty for callers without a key. */
  readonly id: string;
  readonly admin: boolean;
  /** Ids of the bots that this caller reaches; `*` stands for all. */
  readonly bots: readonly string[];
}

/** True when the caller may use the bot. */
export function mayUse(caller: Caller, botId: string): boolean {
  return caller.bots.includes('*') || caller.bots.includes(botId);
}
