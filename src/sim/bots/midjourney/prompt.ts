/** What the bots make of a prompt before they repeat it (reference 2.1, "Prompt rewriting"). */
import { createHash } from 'node:crypto';

/** What a prompt is rewritten with. */
export interface RewriteContext {
  /** Added when the prompt names no model: `--v 6.1`, `--niji 6`. */
  readonly model: string;
  /** Parameters of the asker's settings. */
  readonly accountDefaults?: string | undefined;
  /** Changes the short links of pictures. */
  readonly linkSalt?: string | undefined;
}

/** A parameter: its name without dashes, and what follows it. */
interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** Parameters that stand first, and those that stand last; the others keep their order in between. */
const FIRST = ['no', 'chaos', 'ar'];
const LAST = ['style', 'raw', 's', 'fast', 'relax', 'turbo', 'v', 'niji'];
const LONG_NAMES: Readonly<Record<string, string>> = {
  aspect: 'ar',
  version: 'v',
  stylize: 's',
  c: 'chaos',
};
const LINK = /<?https?:\/\/[^\s<>]+>?/g;

/** The prompt as the bots repeat it: links shortened, dashes and blanks put right, parameters ordered and completed. */
export function rewritePrompt(prompt: string, context: RewriteContext): string {
  const { words, parameters } = splitPrompt(tidy(prompt));
  const known = new Set(parameters.map(({ name }) => name));
  const isModelled = known.has('v') || known.has('niji');
  const own = isModelled ? parameters : [...parameters, ...splitPrompt(` ${context.model}`).parameters];
  const injected = splitPrompt(` ${tidy(context.accountDefaults ?? '')}`).parameters;
  const all = [...ordered(own), ...injected.filter(({ name }) => !known.has(name))];
  return shortenLinks(joinPrompt(words, all), context.linkSalt);
}

/** The parameters of an echoed prompt changed: those named by `change` replaced, or dropped when undefined. */
export function changeParameters(echo: string, change: Readonly<Record<string, string | undefined>>): string {
  const { words, parameters } = splitPrompt(echo);
  const kept = parameters.filter(({ name }) => !(name in change));
  const added = Object.entries(change).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  return joinPrompt(words, [...kept, ...added]);
}

/** The value of a parameter of an echoed prompt. */
export function parameterOf(echo: string, name: string): string | undefined {
  return splitPrompt(echo).parameters.findLast((parameter) => parameter.name === name)?.value;
}

/** The words of a prompt without links and parameters. */
export function wordsOf(prompt: string): string {
  return splitPrompt(tidy(prompt)).words.replaceAll(LINK, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** Short links in place of pictures' addresses, each the same for the same address and salt. */
export function shortenLinks(text: string, salt = ''): string {
  return text.replaceAll(LINK, (link) => {
    const address = link.replaceAll(/[<>]/g, '');
    if (address.startsWith('https://s.mj.run/') && !salt) return `<${address}>`;
    const digest = createHash('sha256')
      .update(address + salt)
      .digest('base64url');
    return `<https://s.mj.run/${digest.replaceAll(/[-_]/g, 'x').slice(0, 11)}>`;
  });
}

function tidy(prompt: string): string {
  return prompt
    .replaceAll('—', '--')
    .replaceAll(/(?<=\s)--(?=\s|$)/g, ' ')
    .replaceAll(/[^\S\n]+/g, ' ')
    .trim();
}

function splitPrompt(text: string): { words: string; parameters: Parameter[] } {
  const start = /(?:^|\s)--[a-z]/i.exec(text);
  if (!start) return { words: text.trim(), parameters: [] };
  const parts = text
    .slice(start.index)
    .trim()
    .split(/(?:^|\s+)--(?=[a-z])/i);
  const parameters = parts.filter(Boolean).map((part) => {
    const [, name = '', value = ''] = /^([a-z]+)\s*([\s\S]*)$/i.exec(part) ?? [];
    return canonical(name.toLowerCase(), value.trim());
  });
  return { words: text.slice(0, start.index).trim(), parameters };
}

function canonical(name: string, value: string): Parameter {
  const own = LONG_NAMES[name] ?? name;
  return { name: own, value: own === 'v' && /^[6-9]$/.test(value) ? `${value}.0` : value };
}

function ordered(parameters: readonly Parameter[]): Parameter[] {
  const rank = ({ name }: Parameter) => {
    if (FIRST.includes(name)) return FIRST.indexOf(name);
    return LAST.includes(name) ? 100 + LAST.indexOf(name) : 50;
  };
  return [...parameters].sort((left, right) => rank(left) - rank(right));
}

function joinPrompt(words: string, parameters: readonly Parameter[]): string {
  const texts = parameters.map(({ name, value }) => (value ? `--${name} ${value}` : `--${name}`));
  return [words, ...texts].filter(Boolean).join(' ');
}
