/** In place of the package `punycode.js`: names of hosts stay as they were written; the browser translates them. See vite.config.ts. */
const same = (host: string) => host;

export default { toASCII: same, toUnicode: same };
