import { type Clock, sleep } from '../../core/clock.ts';
import { startTyping } from '../messages.ts';
import type { SimAttachment, SimChannel, SimMessage, WireObject } from '../model.ts';
import { channelPermissions, PERMISSION } from '../permissions.ts';
import type { World, WorldEvent } from '../world.ts';
import type { FullBehaviour, Playbook } from './behaviour.ts';
import { cutPositions, growth, piecesShown } from './layout.ts';
import { LIMIT_TEXTS } from './limit-texts.ts';
import { naturalAnswer } from './natural-answer.ts';
import { drawPicture } from './picture.ts';
import { type Prompt, readPrompt } from './prompt.ts';
import { type Decoration, Reply, suggestionRow } from './reply.ts';

/** Discord shows typing for ten seconds; bots repeat it a little sooner. */
const TYPING_EVERY_MS = 8000;
/** Messages without a mention belong to a prompt that follows within this time. */
const PARTS_WITHIN_MS = 30_000;
const PARTS_LIMIT = 20;

/** What a Coze bot is made of. */
export interface CozeParts {
  readonly world: World;
  readonly userId: string;
  readonly playbook: Playbook;
  /** 10 = ten times faster. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** An answer that was thought out and waits to be shown. */
interface Plan {
  readonly behaviour: FullBehaviour;
  readonly parts: readonly string[];
  readonly pictures: readonly SimAttachment[];
  readonly prompt: SimMessage;
}

/** A Coze bot that lives in the world: it answers whoever mentions it. */
export class CozeBot {
  readonly #parts: CozeParts;
  readonly #clock: Clock;
  readonly #memory = new Map<string, string[]>();
  /** By channel, then by author. */
  readonly #unaddressed = new Map<string, Map<string, SimMessage[]>>();
  readonly #reader: bigint = PERMISSION.VIEW_CHANNEL | PERMISSION.SEND_MESSAGES;

  constructor(parts: CozeParts) {
    this.#parts = parts;
    this.#clock = parts.world.clock;
    const stop = parts.world.listen((event) => this.#hear(event));
    parts.signal.addEventListener('abort', stop, { once: true });
  }

  #hear(event: WorldEvent): void {
    const { message, channel } = event;
    if (event.name === 'CHANNEL_DELETE') {
      this.#memory.delete(channel.id);
      this.#unaddressed.delete(channel.id);
    }
    if (event.name !== 'MESSAGE_CREATE' || !message || message.authorId === this.#parts.userId) return;
    const rights = channelPermissions(event.guild, channel, this.#parts.userId);
    if ((rights & this.#reader) !== this.#reader) return;
    if (!message.mentionIds.includes(this.#parts.userId)) {
      // What is addressed to somebody else is no part of a prompt for this bot.
      if (message.mentionIds.length === 0) this.#keepPart(message);
      return;
    }
    const prompt = readPrompt(this.#parts.world, message, this.#parts.userId, this.#takeParts(message));
    this.#answer(channel, message, prompt).catch((error: unknown) => {
      if (!this.#parts.signal.aborted) throw error;
    });
  }

  #keepPart(message: SimMessage): void {
    const ofChannel = this.#unaddressed.get(message.channelId) ?? new Map<string, SimMessage[]>();
    const kept = ofChannel.get(message.authorId) ?? [];
    ofChannel.set(message.authorId, [...kept, message].slice(-PARTS_LIMIT));
    this.#unaddressed.set(message.channelId, ofChannel);
  }

  #takeParts(message: SimMessage): SimMessage[] {
    const ofChannel = this.#unaddressed.get(message.channelId);
    const parts = ofChannel?.get(message.authorId) ?? [];
    ofChannel?.delete(message.authorId);
    const oldest = this.#clock.now() - PARTS_WITHIN_MS;
    return parts.filter((part) => Date.parse(part.timestamp) >= oldest);
  }

  async #answer(channel: SimChannel, message: SimMessage, prompt: Prompt): Promise<void> {
    const { world, playbook, userId } = this.#parts;
    const behaviour = playbook.decide(prompt.text, userId);
    if (behaviour.ignoreBots && world.users.get(message.authorId)?.bot) return;
    const earlier = this.#memory.get(channel.id) ?? [];
    this.#memory.set(channel.id, [...earlier, prompt.text]);
    if (behaviour.silent) return;
    await this.#type(channel, behaviour);
    if (!world.channels.has(channel.id)) return;
    const plan = this.#plan(behaviour, message, prompt, earlier);
    const reply = new Reply({
      world,
      channel,
      authorId: userId,
      replyTo: this.#reference(behaviour, channel, message),
      splitReference: behaviour.splitReference ?? false,
      twice: behaviour.duplicate ?? false,
    });
    if (await this.#grow(plan, reply, channel)) await this.#end(plan, reply, channel);
  }

  /** Shows typing until the answer begins; for ever when the behaviour says so. */
  async #type(channel: SimChannel, behaviour: FullBehaviour): Promise<void> {
    let left = behaviour.typingOnly ? Number.POSITIVE_INFINITY : behaviour.startAfterMs;
    while (left > 0 && this.#parts.world.channels.has(channel.id)) {
      if (behaviour.typing) startTyping(this.#parts.world, channel, this.#parts.userId);
      const step = Math.min(left, TYPING_EVERY_MS);
      await this.#pause(step);
      left -= step;
    }
  }

  #plan(behaviour: FullBehaviour, message: SimMessage, prompt: Prompt, earlier: readonly string[]): Plan {
    const natural = naturalAnswer(prompt, earlier);
    const limit = behaviour.limit === undefined ? undefined : LIMIT_TEXTS[behaviour.limit];
    if (limit !== undefined) {
      const plain = { ...behaviour, suggestions: false, edits: 0 };
      return { behaviour: plain, parts: [limit], pictures: [], prompt: message };
    }
    const count = behaviour.images ?? natural.images;
    const pictures = Array.from({ length: count }, (_, number) =>
      this.#picture(message, prompt.text, number),
    );
    const links =
      behaviour.imageAs === 'link' ? pictures.map(({ url }) => `\n![image](${url})`).join('') : '';
    const parts = behaviour.chunks ?? slices(behaviour.text ?? natural.text, behaviour.edits);
    return { behaviour, parts: links ? [...parts, links] : parts, pictures, prompt: message };
  }

  #picture(message: SimMessage, seed: string, number: number): SimAttachment {
    const { files } = this.#parts.world;
    const file = { filename: `image-${number + 1}.png`, bytes: drawPicture(`${seed}${number}`) };
    return files.attach(message.channelId, this.#parts.world.newId(), { ...file, contentType: 'image/png' });
  }

  #reference(behaviour: FullBehaviour, channel: SimChannel, message: SimMessage): string | undefined {
    if (behaviour.reference === 'none') return undefined;
    if (behaviour.reference === 'prompt') return message.id;
    const other = channel.messages.find((candidate) => candidate.id !== message.id);
    return other?.id ?? this.#parts.world.newId();
  }

  /** Shows the growing answer; false when it stops on the way. */
  async #grow(plan: Plan, reply: Reply, channel: SimChannel): Promise<boolean> {
    const { behaviour, parts } = plan;
    const view = behaviour.stamp
      ? stampedView(parts, behaviour.splitAt)
      : plainView(parts, behaviour.splitAt);
    for (const step of parts.keys()) {
      if (step > 0) await this.#pause(behaviour.editEveryMs);
      if (!this.#parts.world.channels.has(channel.id)) return false;
      const last = step === parts.length - 1;
      const ends = last && behaviour.rewrite === undefined;
      const dressed = ends && behaviour.suggestionsAfterMs === undefined && behaviour.stallAfter !== step + 1;
      reply.show(view(step), dressed ? this.#decoration(plan, true) : undefined);
      if (behaviour.stallAfter !== undefined && step + 1 >= behaviour.stallAfter) return false;
    }
    return true;
  }

  async #end(plan: Plan, reply: Reply, channel: SimChannel): Promise<void> {
    const { behaviour } = plan;
    const text = reply.messages.map((message) => message.content);
    if (behaviour.rewrite !== undefined) {
      await this.#pause(behaviour.editEveryMs);
      if (!this.#parts.world.channels.has(channel.id)) return;
      const cuts = cutPositions(behaviour.rewrite, behaviour.splitAt);
      const pieces = piecesShown(behaviour.rewrite, cuts, behaviour.rewrite.length);
      reply.show(pieces, this.#decoration(plan, true));
    } else if (behaviour.suggestionsAfterMs !== undefined) {
      await this.#pause(behaviour.suggestionsAfterMs);
      if (this.#parts.world.channels.has(channel.id)) reply.show(text, this.#decoration(plan, true));
    }
    if (behaviour.deleteAfterMs === undefined) return;
    await this.#pause(behaviour.deleteAfterMs);
    reply.delete();
  }

  #decoration({ behaviour, pictures, prompt }: Plan, ended: boolean): Decoration {
    const shape = behaviour.imageAs ?? 'embed';
    const labels = ended ? suggestionLabels(behaviour.suggestions) : [];
    return {
      embeds: shape === 'embed' ? pictures.map(embedOf) : [],
      attachments: shape === 'attachment' ? [...pictures] : [],
      components: suggestionRow(labels, prompt.id),
    };
  }

  #pause(delayMs: number): Promise<void> {
    return sleep(this.#clock, delayMs / this.#parts.speed, this.#parts.signal);
  }
}

function embedOf(picture: SimAttachment): WireObject {
  const { url, proxy_url, width, height } = picture;
  return { type: 'rich', url, image: { url, proxy_url, width, height } };
}

function suggestionLabels(suggestions: boolean | readonly string[]): readonly string[] {
  if (suggestions === false) return [];
  return suggestions === true
    ? ['Tell me more', 'Give me an example', 'What else should I know?']
    : suggestions;
}

function slices(text: string, edits: number): string[] {
  let start = 0;
  return growth(text, edits).map((end) => {
    const slice = text.slice(start, end);
    start = end;
    return slice;
  });
}

/** What is to be seen after a step, when the cuts of the whole text are known beforehand. */
function plainView(parts: readonly string[], limit: number): (step: number) => string[] {
  const text = parts.join('');
  const cuts = cutPositions(text, limit);
  let shown = 0;
  return (step) => {
    shown += parts[step]?.length ?? 0;
    return piecesShown(text, cuts, shown);
  };
}

/** The same with the time of sending behind each part; parts are never cut. */
function stampedView(parts: readonly string[], limit: number): (step: number) => string[] {
  const pieces = [''];
  return (step) => {
    const part = `${parts[step] ?? ''} t=${process.hrtime.bigint()} `;
    const current = pieces.at(-1) ?? '';
    if (current.length + part.length > limit && current) pieces.push(part);
    else pieces[pieces.length - 1] = current + part;
    return [...pieces];
  };
}
