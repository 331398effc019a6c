/** A change of the answer's text: an addition at its end, or a new text when the bot rewrote itself. */
export type TextChange =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'text-replaced'; readonly text: string };

/** What became of `previous` when the whole text is `next` now; undefined when nothing changed. */
export function textChange(previous: string, next: string): TextChange | undefined {
  if (next === previous) return undefined;
  if (next.startsWith(previous)) return { type: 'text-delta', text: next.slice(previous.length) };
  return { type: 'text-replaced', text: next };
}
