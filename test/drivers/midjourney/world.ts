import type { Message } from '../../../src/core/discord.ts';
import type { BotKnowledge } from '../../../src/drivers/desk/knowledge.ts';
import { midjourneyKnowledge } from '../../../src/drivers/midjourney/knowledge.ts';
import {
  MIDJOURNEY_ID,
  type MidjourneyOptions,
  midjourneyBotSchema,
} from '../../../src/drivers/midjourney/options.ts';
import { CHANNEL_ID, command, DeskWorld, OWN_ID } from '../desk/fake-port.ts';

const COMMANDS = ['imagine', 'blend', 'describe', 'shorten', 'show', 'info', 'prefer'];

/** Midjourney's desk in front of a fake Discord. */
export class World extends DeskWorld<MidjourneyOptions> {
  constructor(options: Partial<MidjourneyOptions> = {}, knownBy?: BotKnowledge['knownBy']) {
    const rooms = [{ account: 'alice', channelId: CHANNEL_ID }];
    const whole = { ...midjourneyBotSchema.parse({ rooms }), spacingMs: 0, ...options };
    super(whole, midjourneyKnowledge, MIDJOURNEY_ID, knownBy);
    this.port.commandList = COMMANDS.map((name, index) => command(name, `${index}`, MIDJOURNEY_ID));
  }

  /** `**a small cat** - <@1> (Waiting to start)`. */
  start(nonce: string | undefined, jobId: string | undefined, more: Partial<Message> = {}): Message {
    const cancel = { type: 2, custom_id: `MJ::CancelJob::ByJobid::${jobId}`, label: 'Cancel Job', style: 4 };
    return this.message({
      content: `**a small cat** - <@${OWN_ID}> (Waiting to start)`,
      ...(nonce === undefined ? {} : { nonce }),
      ...(jobId === undefined ? {} : { components: [{ type: 1, components: [cancel] }] }),
      ...more,
    });
  }

  /** The progress message with a percentage and a preview. */
  progress(id: string, percent: number, jobId: string, more: Partial<Message> = {}): Message {
    const filename = `${jobId}_grid_0.webp`;
    return this.message({
      id,
      content: `**a small cat** - <@${OWN_ID}> (${percent}%) (fast)`,
      attachments: [{ id: this.snowflake(), filename, url: `https://cdn.test/${filename}` }],
      ...more,
    });
  }

  /** The finished picture with its buttons. */
  final(jobId: string, more: Partial<Message> = {}): Message {
    const filename = `alice_a_small_cat_${jobId}.png`;
    const button = { type: 2, custom_id: `MJ::JOB::upsample::1::${jobId}`, label: 'U1', style: 2 };
    return this.message({
      content: `**a small cat** - <@${OWN_ID}> (fast)`,
      attachments: [{ id: this.snowflake(), filename, url: `https://cdn.test/${filename}` }],
      components: [{ type: 1, components: [button] }],
      ...more,
    });
  }

  /** A red card. */
  notice(title: string, more: Partial<Message> = {}): Message {
    return this.message({ embeds: [{ title, description: 'So it is.', color: 16_711_680 }], ...more });
  }
}

/** A job id of the bot. */
export function uuid(number: number): string {
  return `4e68485a-900c-4c1b-9222-${number.toString(16).padStart(12, '0')}`;
}
