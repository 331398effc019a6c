/** Markdown into HTML, safely. HTML in it stays text; links open in a new tab and send no referrer. Loaded when it is needed. */
import MarkdownIt from 'markdown-it';

/** A stretch of text as HTML, or a block of code, which is drawn with a button to copy it. */
export type Part = { readonly html: string } | { readonly code: string; readonly name: string };

const parser = new MarkdownIt({ html: false, linkify: false, breaks: true });
const openLink = parser.renderer.rules.link_open;
parser.renderer.rules.link_open = (tokens, index, options, env, self) => {
  tokens[index]?.attrSet('target', '_blank');
  tokens[index]?.attrSet('rel', 'noopener noreferrer');
  return openLink ? openLink(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
};

// Columns are aligned by a style inside the page, which the gateway's content security policy forbids.
for (const cell of ['th_open', 'td_open']) {
  parser.renderer.rules[cell] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    const side = /text-align:\s*(\w+)/.exec(String(token?.attrGet('style')))?.[1];
    if (token) token.attrs = side ? [['align', side]] : [];
    return self.renderToken(tokens, index, options);
  };
}

/** Parts a text: code at the top level becomes parts of its own. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let words: ReturnType<typeof parser.parse> = [];
  const env = {};
  const flush = () => {
    if (words.length > 0) parts.push({ html: parser.renderer.render(words, parser.options, env) });
    words = [];
  };
  for (const token of parser.parse(text, env)) {
    if (token.level === 0 && (token.type === 'fence' || token.type === 'code_block')) {
      flush();
      parts.push({ code: token.content.replace(/\n$/, ''), name: token.info.trim().split(/\s+/)[0] ?? '' });
    } else {
      words.push(token);
    }
  }
  flush();
  return parts;
}
