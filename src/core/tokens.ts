/** Counts tokens as a port, because a vocabulary takes megabytes that tests do not need. */
export interface TokenCounter {
  /** Tokens of a text in the o200k_base vocabulary. */
  count(text: string): Promise<number>;
}
