import { setImmediate } from 'node:timers/promises';
import { SEGMENT_LENGTH, segments } from './segments.ts';

/** Counts tokens for `usage`. */
export interface TokenCounter {
  /**
   * Number of o200k_base tokens of a text; names of special tokens inside it count as the plain text they are. Exact
   * for texts with spaces; a run of more than 512 characters without one may count a few tokens too many.
   */
  count(text: string): Promise<number>;
  /** Loads the vocabulary (about 130 ms and 40 MB) ahead of the first count. */
  warm(): Promise<void>;
}

/** Characters that are counted in one go, at most some 20 ms even for the slowest texts. */
const BATCH_LENGTH = 16 * SEGMENT_LENGTH;

/** Nothing is special in what people write: `<|endoftext|>` would otherwise throw. */
const OPTIONS = { disallowedSpecial: new Set<string>() };

type Count = (text: string) => number;

async function loadVocabulary(): Promise<Count> {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  // The cache gains little on short segments, and its keys keep whole prompts in memory.
  setMergeCacheSize(0);
  return (text) => countTokens(text, OPTIONS);
}

/** A counter that loads its vocabulary at the first use, once, and lets other work run while it counts a long text. */
export function createTokenCounter(): TokenCounter {
  let loading: Promise<Count> | undefined;
  const load = () => {
    loading ??= loadVocabulary();
    return loading;
  };
  return {
    async warm() {
      await load();
    },
    async count(text) {
      return text === '' ? 0 : countInBatches(text, await load());
    },
  };
}

async function countInBatches(text: string, count: Count): Promise<number> {
  let tokens = 0;
  let batched = 0;
  for (const segment of segments(text)) {
    if (batched > BATCH_LENGTH) {
      await setImmediate();
      batched = 0;
    }
    tokens += count(segment);
    batched += segment.length;
  }
  return tokens;
}
