/** What was said on the playground, and the answer that is being written. It stays while other pages are shown. */
import { signal } from '@preact/signals';
import { type ChatMessage, type ChatPiece, type ContentPart, streamChat } from '../../api/chat.ts';
import type { SpokenLine } from '../../api/conversations.ts';

/** What one side said at a time. */
export interface Turn {
  readonly id: number;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** Data URLs or links. */
  readonly images: readonly string[];
  readonly files: readonly { readonly name: string; readonly url: string }[];
  /** What the bot proposes to ask next. */
  readonly suggestions?: readonly string[];
  readonly warning?: string;
  /** Why the answer failed. */
  readonly error?: unknown;
  /** True when the person has stopped it. */
  readonly isStopped?: boolean;
}

/** Where a talk goes. */
export interface Line {
  readonly model: string;
  readonly conversation: string | undefined;
}

/** All turns, oldest first. */
export const turns = signal<readonly Turn[]>([]);

/** Ends the answer that is being written; undefined while none is. */
export const running = signal<AbortController | undefined>(undefined);

/** What is being written, as it will be sent. */
export const draft = signal<{ readonly words: string; readonly pictures: readonly string[] }>({
  words: '',
  pictures: [],
});

let lastId = 0;
/** Whose talk it is, and in which conversation. */
let owner = '';

/** True when the talk is another one than before: it is empty then. */
export function enter(place: string): boolean {
  if (owner === place) return false;
  owner = place;
  clear();
  return true;
}

/** Forgets all that was said. */
export function clear(): void {
  stop();
  turns.value = [];
}

/** Stops the answer; what was written of it stays. */
export function stop(): void {
  running.peek()?.abort();
  running.value = undefined;
}

/** Shows what was said before, in front of what is said now. */
export function showEarlier(lines: readonly SpokenLine[]): void {
  turns.value = lines.map(({ role, text, images, files }) => turnOf(role, { text, images, files }));
}

/** Says something, and waits for the answer. */
export async function say(text: string, images: readonly string[], line: Line): Promise<void> {
  turns.value = [...turns.peek(), turnOf('user', { text, images })];
  await answer(line);
}

/** Asks for the last answer again. */
export async function regenerate(line: Line): Promise<void> {
  const last = turns.peek().findLastIndex(({ role }) => role === 'user');
  if (last < 0) return;
  turns.value = turns.peek().slice(0, last + 1);
  await answer(line);
}

/** The messages of the next request. A lasting conversation remembers by itself: only the newest one is sent. */
export function messagesOf(said: readonly Turn[], conversation: string | undefined): ChatMessage[] {
  const messages = said.filter(({ role, text }) => role === 'user' || text !== '').map(messageOf);
  return conversation ? messages.slice(-1) : messages;
}

/** A turn that was not said yet. */
export function turnOf(role: Turn['role'], more: Partial<Turn> = {}): Turn {
  lastId += 1;
  return { id: lastId, role, text: '', images: [], files: [], ...more };
}

async function answer({ model, conversation }: Line): Promise<void> {
  stop();
  const messages = messagesOf(turns.peek(), conversation);
  const { id, ...empty } = turnOf('assistant');
  const change = (step: (turn: Turn) => Partial<Turn>) => {
    turns.value = turns.peek().map((turn) => (turn.id === id ? { ...turn, ...step(turn) } : turn));
  };
  const abort = new AbortController();
  running.value = abort;
  turns.value = [...turns.peek(), { id, ...empty }];
  try {
    const pieces = streamChat({ model, messages, conversation }, abort.signal);
    for await (const piece of pieces) change((turn) => grown(turn, piece));
  } catch (error) {
    change(() => (abort.signal.aborted ? { isStopped: true } : { error }));
  }
  if (running.peek() === abort) running.value = undefined;
}

function grown({ text }: Turn, piece: ChatPiece): Partial<Turn> {
  if (piece.type === 'text') return { text: text + piece.text };
  return piece.type === 'warning' ? { warning: piece.text } : { suggestions: piece.suggestions };
}

function messageOf({ role, text, images }: Turn): ChatMessage {
  if (role === 'assistant' || images.length === 0) return { role, content: text };
  const pictures = images.map((url): ContentPart => ({ type: 'image_url', image_url: { url } }));
  return { role, content: text === '' ? pictures : [{ type: 'text', text }, ...pictures] };
}
