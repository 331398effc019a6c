import type { UsageTotals } from '../core/store.ts';

/** Adds usage to what is known of the same caller at the same bot. */
export function usageSum(added: UsageTotals, known?: UsageTotals): UsageTotals {
  return {
    callerId: added.callerId,
    botId: added.botId,
    chats: added.chats + (known?.chats ?? 0),
    promptTokens: added.promptTokens + (known?.promptTokens ?? 0),
    completionTokens: added.completionTokens + (known?.completionTokens ?? 0),
    pictures: added.pictures + (known?.pictures ?? 0),
    videos: added.videos + (known?.videos ?? 0),
  };
}
