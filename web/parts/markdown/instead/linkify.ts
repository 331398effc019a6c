/** In place of the package `linkify-it`, which is loaded by markdown-it even when links in plain text are off. See vite.config.ts. */

/** Finds nothing: markdown-it asks only with the option `linkify`. */
export class LinkifyIt {
  /** Always false. */
  test(): boolean {
    return false;
  }
}
