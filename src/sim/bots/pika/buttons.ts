/** Buttons and the form behind them. The custom ids of the real ones are unknown. */
import { createHash } from 'node:crypto';
import type { WireObject } from '../../model.ts';
import type { Job } from './job.ts';

/** What a button, or the form behind 🔀, does. */
export type Action = 'retry' | 'remix' | 'remix-form' | 'delete' | 'cancel';

const FACES = { retry: '🔄', remix: '🔀', delete: '❌', cancel: '❌' } as const;
const GREY = 2;
/** Longest text of a form's field. */
const FIELD_LIMIT = 1500;

/** Name of the field of the form behind 🔀. */
export const PROMPT_FIELD = 'prompt';

/** Makes custom ids, and knows what they were made for. */
export class ButtonBook {
  readonly #meanings = new Map<string, { readonly action: Action; readonly job: Job }>();

  /** What a custom id was made for. */
  find(customId: string): { readonly action: Action; readonly job: Job } | undefined {
    return this.#meanings.get(customId);
  }

  /** ❌ below the waiting message. */
  waitingRows(job: Job): WireObject[] {
    return job.behaviour.cancelButton ? [this.#row(job, ['cancel'])] : [];
  }

  /** 🔄, 🔀 and ❌ below a video. */
  finalRows(job: Job): WireObject[] {
    return [this.#row(job, ['retry', 'remix', 'delete'])];
  }

  /** The form behind 🔀. */
  remixForm(job: Job): { customId: string; title: string; components: WireObject[] } {
    const input = {
      type: 4,
      custom_id: PROMPT_FIELD,
      style: 2,
      label: 'Prompt',
      value: job.wish.prompt,
      required: true,
      min_length: 1,
      max_length: FIELD_LIMIT,
    };
    const components = [{ type: 1, components: [input] }];
    return { customId: this.#idOf(job, 'remix-form'), title: 'Remix', components };
  }

  #row(job: Job, actions: readonly (keyof typeof FACES)[]): WireObject {
    const components = actions.map((action) => ({
      type: 2,
      style: GREY,
      custom_id: this.#idOf(job, action),
      emoji: { id: null, name: FACES[action] },
    }));
    return { type: 1, components };
  }

  #idOf(job: Job, action: Action): string {
    const plain = `${action}:${job.id}`;
    const opaque = createHash('sha256').update(plain).digest('hex').slice(0, 40);
    const customId = job.behaviour.customIds === 'opaque' ? opaque : plain;
    this.#meanings.set(customId, { action, job });
    return customId;
  }
}
