import { randomBytes } from 'node:crypto';
import type {
  ConversationKey,
  DailyUsage,
  Store,
  StoredConversation,
  StoredKey,
  UsageTotals,
} from '../core/store.ts';
import { firstKeptDay, firstUsageDay } from './days.ts';
import { MemoryTasks } from './memory-tasks.ts';
import { usageSum } from './usage-sum.ts';

/** JSON keeps the parts apart whatever characters they hold. */
const keyOf = (key: ConversationKey) => JSON.stringify([key.botId, key.callerId, key.name]);

class MemoryStore extends MemoryTasks implements Store {
  private readonly id = randomBytes(4).toString('hex');
  private readonly conversations = new Map<string, StoredConversation>();
  private readonly usage = new Map<string, UsageTotals>();
  /** Day to caller and bot to totals. */
  private readonly dailyUsage = new Map<string, Map<string, DailyUsage>>();
  private readonly keys = new Map<string, StoredKey>();
  /** Day to counter to value. */
  private readonly days = new Map<string, Map<string, number>>();

  async open(): Promise<void> {}

  async ping(): Promise<void> {}

  async instanceId(): Promise<string> {
    return this.id;
  }

  async findConversation(key: ConversationKey): Promise<StoredConversation | undefined> {
    const found = this.conversations.get(keyOf(key));
    return found && { ...found };
  }

  async listConversations(botId: string): Promise<StoredConversation[]> {
    return [...this.conversations.values()]
      .filter((conversation) => conversation.botId === botId)
      .sort((a, b) => a.createdAt - b.createdAt)
      .map((conversation) => ({ ...conversation }));
  }

  async saveConversation(conversation: StoredConversation): Promise<void> {
    this.conversations.set(keyOf(conversation), { ...conversation });
  }

  async renameConversation(key: ConversationKey, newName: string): Promise<'renamed' | 'exists' | 'missing'> {
    const found = this.conversations.get(keyOf(key));
    if (!found) return 'missing';
    const renamed = { ...found, name: newName };
    if (this.conversations.has(keyOf(renamed))) return 'exists';
    this.conversations.delete(keyOf(key));
    this.conversations.set(keyOf(renamed), renamed);
    return 'renamed';
  }

  async noteBot(
    key: Pick<ConversationKey, 'botId' | 'callerId'>,
    channelId: string,
    botUserId: string,
  ): Promise<void> {
    for (const [id, found] of this.conversations) {
      const isMeant =
        found.botId === key.botId && found.callerId === key.callerId && found.channelId === channelId;
      if (isMeant) this.conversations.set(id, { ...found, botUserId });
    }
  }

  async deleteConversation(key: ConversationKey): Promise<boolean> {
    return this.conversations.delete(keyOf(key));
  }

  async increment(counter: string, day: string): Promise<number> {
    this.forgetBefore(firstKeptDay(day));
    const counters = this.days.get(day) ?? new Map<string, number>();
    const value = (counters.get(counter) ?? 0) + 1;
    this.days.set(day, counters.set(counter, value));
    return value;
  }

  async count(counter: string, day: string): Promise<number> {
    return this.days.get(day)?.get(counter) ?? 0;
  }

  async addUsage(added: DailyUsage): Promise<void> {
    const firstDay = firstUsageDay(added.day);
    for (const day of this.dailyUsage.keys()) if (day < firstDay) this.dailyUsage.delete(day);
    const { day, ...counts } = added;
    const key = JSON.stringify([added.callerId, added.botId]);
    this.usage.set(key, usageSum(counts, this.usage.get(key)));
    const ofDay = this.dailyUsage.get(day) ?? new Map<string, DailyUsage>();
    this.dailyUsage.set(day, ofDay.set(key, { ...usageSum(counts, ofDay.get(key)), day }));
  }

  async listUsage(): Promise<UsageTotals[]> {
    return [...this.usage.values()];
  }

  async listDailyUsage(since: string): Promise<DailyUsage[]> {
    const days = [...this.dailyUsage].filter(([day]) => day >= since).sort(([a], [b]) => (a < b ? -1 : 1));
    return days.flatMap(([, ofDay]) => [...ofDay.values()]);
  }

  async saveKey(key: StoredKey): Promise<void> {
    this.keys.set(key.name, structuredClone(key));
  }

  async deleteKey(name: string): Promise<boolean> {
    return this.keys.delete(name);
  }

  async listKeys(): Promise<StoredKey[]> {
    const keys = [...this.keys.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return structuredClone(keys);
  }

  async close(): Promise<void> {}

  private forgetBefore(firstDay: string): void {
    for (const day of this.days.keys()) if (day < firstDay) this.days.delete(day);
  }
}

/** A store that forgets everything when the process ends: for tests, the demo and `store.driver: memory`. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}
