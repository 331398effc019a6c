import type { SimInteraction } from '../../applications.ts';
import type { SimMessage } from '../../model.ts';
import type { FullBehaviour } from './behaviour.ts';
import { type DrawingKind, factsOf, type KindFacts } from './kinds.ts';

/** Speed of a job. */
export type Mode = 'fast' | 'relax' | 'turbo';

/** Where a job's messages go: an interaction, or what stands in for one. */
export type Stage = Pick<SimInteraction, 'id' | 'reply' | 'succeed' | 'fail' | 'openFrame'>;

/** A task that draws. */
export interface Job {
  /** UUID. */
  readonly id: string;
  readonly kind: DrawingKind;
  /** Which picture of the parent, from 1. */
  readonly index: number;
  readonly userId: string;
  readonly channelId: string;
  /** The prompt as it was asked, by which rules match. */
  readonly asked: string;
  /** The prompt as the bot repeats it. */
  readonly echo: string;
  /** What the pictures are drawn from. */
  readonly seedText: string;
  /** The nonce of the command or button that began it: the band of its pictures. */
  readonly mark: string;
  /** The number that the bot tells for ✉️. */
  readonly seed: number;
  readonly mode: Mode;
  readonly behaviour: FullBehaviour;
  readonly stage: Stage;
  /** The message whose button was pressed. */
  readonly parent: SimMessage | undefined;
  /** Custom id of the pressed button. */
  readonly pressedId: string | undefined;
  /** The prompt was changed in remix mode. */
  readonly isRemixed: boolean;
  /** The asker's settings say low variability. */
  readonly isSubtle: boolean;
  progress: SimMessage | undefined;
  final: SimMessage | undefined;
  /** Somebody pressed "Cancel Job". */
  isCancelled: boolean;
}

/** How a job shows. */
export function factsOfJob(job: Pick<Job, 'kind'>): KindFacts {
  return factsOf(job.kind);
}

/** The jobs of a bot, by their id and by the message that shows their result. */
export class JobBook {
  readonly #byId = new Map<string, Job>();
  readonly #byMessage = new Map<string, Job>();

  /** Keeps a job. */
  add(job: Job): void {
    this.#byId.set(job.id, job);
  }

  /** Keeps which message shows a job's result. */
  addMessage(message: SimMessage, job: Job): void {
    this.#byMessage.set(message.id, job);
  }

  /** A job by its id. */
  find(id: string): Job | undefined {
    return this.#byId.get(id);
  }

  /** The job whose result a message shows. */
  ofMessage(messageId: string): Job | undefined {
    return this.#byMessage.get(messageId);
  }
}
