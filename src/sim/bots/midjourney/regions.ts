/** Vary Region: a page of the bot's own host, where a mask is painted (reference 2.4). */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SimInteraction } from '../../applications.ts';
import type { SimMessage } from '../../model.ts';
import type { DrawingButton } from './custom-ids.ts';
import type { Job, Stage } from './job.ts';

const PATH = '/inpaint/api/submit-job';
const PREFIX = 'MJ::iframe::';

const bodySchema = z.object({
  customId: z.string(),
  /** PNG or WebP as base64, without a `data:` prefix. */
  mask: z.string().refine(isPicture),
  prompt: z.string(),
  full_prompt: z.string().nullish(),
});

/** A page that somebody has open. */
export interface RegionFrame extends DrawingButton {
  readonly parent: Job;
  readonly pressed: SimMessage | undefined;
  readonly pressedId: string;
  readonly mark: string;
  readonly interaction: SimInteraction;
}

/** The pages that are open, and what is sent from them. */
export class Regions {
  readonly #open = new Map<string, RegionFrame>();
  readonly #draw: (frame: RegionFrame & { readonly stage: Stage }, words: string | undefined) => void;

  constructor(draw: (frame: RegionFrame & { readonly stage: Stage }, words: string | undefined) => void) {
    this.#draw = draw;
  }

  /** Opens a page. */
  open(frame: RegionFrame): void {
    const token = randomUUID();
    this.#open.set(token, frame);
    frame.interaction.openFrame({
      customId: `${PREFIX}${token}`,
      title: 'Inpaint',
      path: 'inpaint/index.html',
    });
    frame.interaction.succeed();
  }

  /** What the page's own host answers. */
  submit(method: string, path: string, body: unknown): { status: number; body: unknown } | undefined {
    if (path !== PATH) return undefined;
    if (method !== 'POST') return { status: 405, body: { error: 'method not allowed' } };
    const read = bodySchema.safeParse(body);
    if (!read.success) {
      return { status: 400, body: { error: `bad ${String(read.error.issues[0]?.path[0] ?? 'body')}` } };
    }
    const { customId, prompt, full_prompt: full } = read.data;
    const token = customId.startsWith(PREFIX) ? customId.slice(PREFIX.length) : customId;
    const frame = this.#open.get(token);
    if (!frame) return { status: 404, body: { error: 'unknown customId' } };
    this.#open.delete(token);
    const words = full?.trim() || prompt.trim();
    this.#draw({ ...frame, stage: withoutNonce(frame.interaction) }, words === '' ? undefined : words);
    return { status: 200, body: { status: 'success' } };
  }
}

/** The nonce belonged to the press; the job is recognised by the id of its interaction. */
function withoutNonce(interaction: SimInteraction): Stage {
  return {
    id: interaction.id,
    succeed: () => undefined,
    fail: (code) => interaction.fail(code),
    openFrame: (frame) => interaction.openFrame(frame),
    reply: (reply) => interaction.reply({ ...reply, withNonce: false }),
  };
}

function isPicture(base64: string): boolean {
  const head = Buffer.from(base64.slice(0, 24), 'base64');
  return head.subarray(1, 4).toString() === 'PNG' || head.subarray(0, 4).toString() === 'RIFF';
}
