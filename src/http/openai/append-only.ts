/**
 * The text of an answer as a stream that cannot unsay anything: bots rewrite themselves, OpenAI's clients only
 * append. Each method gives the piece to send now, which may be empty; the pieces together are `sent`.
 */
export class AppendOnlyText {
  #sent = '';
  /** The bot's text while it does not extend what was sent; undefined as long as both are the same. */
  #held: string | undefined;

  /** All that was given out so far. */
  get sent(): string {
    return this.#sent;
  }

  /** The bot added text at its end. */
  append(text: string): string {
    if (this.#held !== undefined) return this.replace(this.#held + text);
    this.#sent += text;
    return text;
  }

  /** The bot's text is another one now: it is held back until it extends what was sent. */
  replace(whole: string): string {
    if (!whole.startsWith(this.#sent)) {
      this.#held = whole;
      return '';
    }
    this.#held = undefined;
    return this.#give(whole.slice(this.#sent.length));
  }

  /**
   * The answer has ended with this text. Where it does not extend what was sent, it is sent whole after a blank
   * line, so that the reader has the true answer; a difference in white space at the end is not worth that.
   */
  finish(final: string): string {
    this.#held = undefined;
    if (final.startsWith(this.#sent)) return this.#give(final.slice(this.#sent.length));
    if (final.trimEnd() === this.#sent.trimEnd() || final.trim() === '') return '';
    return this.#give(`\n\n${final}`);
  }

  /** Text that follows the bot's own, such as the links of its pictures. */
  add(text: string): string {
    return this.#give(text);
  }

  #give(piece: string): string {
    this.#sent += piece;
    return piece;
  }
}
