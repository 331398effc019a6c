/** In place of the package `entities`, whose tables are 20 KB: the browser knows them all. See vite.config.ts. */

const field = document.createElement('textarea');

/** `&amp;` and its kin, when they end with a semicolon. The text of a `textarea` is never run as HTML. */
export function decodeHTMLStrict(text: string): string {
  return text.replace(/&#?\w+;/g, (entity) => {
    field.innerHTML = entity;
    return field.value;
  });
}
