import type { SimInteraction } from '../../applications.ts';
import type { SimAttachment, SimMessage } from '../../model.ts';
import type { FullBehaviour, JobKind } from './behaviour.ts';

/** Where a job's messages go: an interaction, or what stands in for one. */
export type Stage = Pick<SimInteraction, 'id' | 'reply' | 'succeed' | 'fail'>;

/** What somebody wants a video of; a retry wants the same again. */
export interface Wish {
  readonly prompt: string;
  readonly picture: SimAttachment | undefined;
  /** Words to hide, and their font. */
  readonly hidden: { readonly message: string; readonly font: string } | undefined;
}

/** A video that is being made. */
export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly wish: Wish;
  readonly userId: string;
  readonly channelId: string;
  /** Nonces of the interactions that asked for it: of a remix those of button and form. */
  readonly marks: readonly string[];
  /** 19 digits, in the name of the file. */
  readonly seed: string;
  readonly behaviour: FullBehaviour;
  readonly stage: Stage;
  /** Id of the message whose button was pressed. */
  readonly pressedId: string | undefined;
  waiting: SimMessage | undefined;
  final: SimMessage | undefined;
  /** Somebody pressed ❌ before it was done. */
  isCancelled: boolean;
}
