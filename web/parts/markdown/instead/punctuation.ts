/** In place of the package `uc.micro`, which spells Unicode's classes out: the browser has them. See vite.config.ts. */

/** Punctuation. */
export const P = /\p{P}/u;
/** Symbols. */
export const S = /\p{S}/u;
/** Separators. */
export const Z = /\p{Z}/u;
/** Control characters. */
export const Cc = /\p{Cc}/u;
/** Invisible characters that steer the writing. */
export const Cf = /\p{Cf}/u;
/** Any character. */
export const Any = /[\s\S]/u;
