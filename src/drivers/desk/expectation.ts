/** What kind of answer a request leads to: pure. */
import type { Parsed, Work } from './parsed.ts';

/** What a job waits for. */
export interface Expectation {
  /** `success`: the bot's taking it is all; `any`: whatever answers. */
  readonly answer: 'picture' | 'texts' | 'words' | 'success' | 'any';
  /** The kinds of work that its picture may name; absent = any. */
  readonly works?: readonly Work[] | undefined;
  /**
   * What its result replies to: the message whose button was pressed, so that any other reference speaks against it; or
   * anything, as where nobody knows the bot's habits.
   */
  readonly repliesTo?: 'parent' | 'anything' | undefined;
  /** Which picture of the grid, where the answer names it. */
  readonly index?: number | undefined;
}

/** True when a message that says this can be what the job waits for. */
export function fits(expectation: Expectation, says: Parsed['says']): boolean {
  if (says.type === 'texts' || says.type === 'words') {
    return expectation.answer === 'any' || expectation.answer === says.type;
  }
  if (says.type !== 'job') return false;
  if (expectation.answer !== 'picture' && expectation.answer !== 'any') return false;
  if (says.work === 'pick') return fitsPick(expectation, says.index);
  return says.work === 'other' || (expectation.works?.includes(says.work) ?? true);
}

function fitsPick(expectation: Expectation, index: number | undefined): boolean {
  if (!(expectation.works?.includes('pick') ?? true)) return false;
  return index === undefined || expectation.index === undefined || index === expectation.index;
}
