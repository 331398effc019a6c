/** One call of a receiver. */
export interface HookCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the call; the post then rejects. */
  readonly signal: AbortSignal;
}

/** Posts to a receiver, following no redirects; rejects when there was no answer, or the address is forbidden. */
export type HookPost = (url: string, call: HookCall) => Promise<{ readonly status: number }>;
