import type { Message } from '../../../src/core/discord.ts';
import { pikaKnowledge } from '../../../src/drivers/pika/knowledge.ts';
import { type PikaOptions, pikaBotSchema } from '../../../src/drivers/pika/options.ts';
import { CHANNEL_ID, command, DeskWorld, OWN_ID } from '../desk/fake-port.ts';

export const PIKA_ID = '1133000000000000001';
const SEED = '1234567890123456789';
export const WAITING = 'Generating video... Be patient!';

/** Pika's desk in front of a fake Discord. */
export class PikaWorld extends DeskWorld<PikaOptions> {
  constructor(options: Partial<PikaOptions> = {}) {
    const rooms = [{ account: 'alice', channelId: CHANNEL_ID }];
    super({ ...pikaBotSchema.parse({ rooms }), spacingMs: 0, ...options }, pikaKnowledge, PIKA_ID);
    this.port.commandList = ['create', 'animate', 'encrypt_text'].map((name, index) =>
      command(name, `${index}`, PIKA_ID),
    );
  }

  /** `<@1> Generating video... Be patient!`, with a ❌. */
  waiting(more: Partial<Message> = {}): Message {
    const cancel = { type: 2, custom_id: 'cancel:1', emoji: { name: '❌' }, style: 4 };
    return this.message({
      content: `<@${OWN_ID}> ${WAITING}`,
      mentions: [{ id: OWN_ID }],
      components: [{ type: 1, components: [cancel] }],
      ...more,
    });
  }

  /** The finished video with its buttons; `name` stands in its file. */
  video(name: string, more: Partial<Message> = {}, prompt = 'a small cat'): Message {
    const filename = `${name}_seed${SEED}.mp4`;
    const faces = ['🔄', '🔀', '❌'];
    const buttons = faces.map((face) => ({
      type: 2,
      custom_id: `b:${face}`,
      emoji: { name: face },
      style: 2,
    }));
    return this.message({
      content: `<@${OWN_ID}> Prompt: ${prompt}  Author: <@${OWN_ID}>`,
      mentions: [{ id: OWN_ID }],
      attachments: [
        { id: this.snowflake(), filename, url: `https://cdn.test/${filename}`, content_type: 'video/mp4' },
      ],
      components: [{ type: 1, components: buttons }],
      ...more,
    });
  }
}
