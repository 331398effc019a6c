import type { Usage } from './chat.ts';
import type { ErrorCode } from './errors.ts';

/** How one chat went: no texts, no ids of people. */
export interface ChatReport {
  readonly botId: string;
  readonly callerId: string;
  readonly model: string;
  readonly requestId: string;
  /** `completed`; `cut` at the deadline; `left` by the caller; else the code of the error. */
  readonly outcome: 'completed' | 'cut' | 'left' | ErrorCode;
  /** Milliseconds from the request to the first text, when there was one. */
  readonly firstTextMs: number | undefined;
  /** Milliseconds from the request to the end. */
  readonly totalMs: number;
  readonly usage: Usage | undefined;
}

/** What the service tells whoever counts. Must return at once and never throw. */
export interface ServiceObserver {
  chatEnded(report: ChatReport): void;
}
