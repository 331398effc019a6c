import { randomBytes } from 'node:crypto';
import type { ConversationKey, Store, StoredConversation, UsageTotals } from '../core/store.ts';
import { firstKeptDay } from './days.ts';
import { MemoryTasks } from './memory-tasks.ts';

/** JSON keeps the parts apart whatever characters they hold. */
const keyOf = (key: ConversationKey) => JSON.stringify([key.botId, key.callerId, key.name]);

class MemoryStore extends MemoryTasks implements Store {
  private readonly id = randomBytes(4).toString('hex');
  private readonly conversations = new Map<string, StoredConversation>();
  /** Day to counter to value. */
  private readonly usage = new Map<string, UsageTotals>();
  private readonly days = new Map<string, Map<string, number>>();

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

  async addUsage(added: UsageTotals): Promise<void> {
    const key = JSON.stringify([added.callerId, added.botId]);
    const known = this.usage.get(key) ?? { chats: 0, promptTokens: 0, completionTokens: 0 };
    this.usage.set(key, {
      callerId: added.callerId,
      botId: added.botId,
      chats: known.chats + added.chats,
      promptTokens: known.promptTokens + added.promptTokens,
      completionTokens: known.completionTokens + added.completionTokens,
    });
  }

  async listUsage(): Promise<UsageTotals[]> {
    return [...this.usage.values()];
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
