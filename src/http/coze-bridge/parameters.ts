/** Parameters as the Coze-Discord-Bridge read them: of the query or the body, JSON first, else a form. */
import { SpokenError } from './errors.ts';

const NAMES = ['key', 'name', 'new_name', 'prompt', 'image'] as const;

/** A parameter that some endpoint of the dialect knows. */
export type ParameterName = (typeof NAMES)[number];

/** The known parameters of a request; what was null or not given is absent, what was given empty is empty. */
export type BridgeParameters = { readonly [name in ParameterName]?: string };

type Pair = readonly [name: ParameterName, value: string];

/** More pairs than any client sends, and few enough that nobody keeps the gateway busy with them. */
const MOST_PAIRS = 100;

/**
 * Reads the parameters of a request. Names are matched without regard to case; the body wins over the query, and
 * the last of several over the others.
 * @param query what follows the `?` of the URL, as it came
 * @param body the body as text, whatever its type claims to be
 * @throws GatewayError invalid_request when the body begins like JSON and is none
 */
export function readParameters(query: string, body: string): BridgeParameters {
  const text = body.trim();
  if (text.startsWith('{') && parseObject(text) === undefined) throw brokenJson();
  const pairs = readText(text);
  return Object.fromEntries([...readQuery(query), ...pairs]);
}

function readQuery(query: string): Pair[] {
  if (!/^(?:\{|%7B)/i.test(query)) return readForm(query);
  try {
    return readText(decodeURIComponent(query));
  } catch {
    return readForm(query);
  }
}

function readText(text: string): Pair[] {
  const object = text.startsWith('{') ? parseObject(text) : undefined;
  return object ? readJson(text, object) : readForm(text);
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function readJson(text: string, object: object): Pair[] {
  return exactLast(Object.entries(object)).flatMap(([name, written, value]) => {
    // A list or an object is no parameter; as null, it counts as absent.
    if (typeof value === 'object') return [];
    return [[name, typeof value === 'string' ? value : asText(value, written, text)] as const];
  });
}

function asText(value: unknown, name: string, source: string): string {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return String(value);
  // A channel id written as a number is beyond what a number holds: its digits are in the text.
  const digits = new RegExp(`"${name}"\\s*:\\s*(-?\\d{16,})`, 'g');
  const found = [...source.matchAll(digits)].findLast(([, written]) => Number(written) === value);
  return found?.[1] ?? String(value);
}

function readForm(text: string): Pair[] {
  // The Bridge joined the lines of a body, so that a form written over several lines, or ended by one, works.
  const pieces = text.replace(/[\r\n]+/g, '').split('&', MOST_PAIRS);
  const given = pieces.flatMap((piece) => [...new URLSearchParams(piece)]);
  return exactLast(given).map(([name, , value]) => {
    // In a form "+" stands for a space: base64 that was not percent-encoded has lost its plus signs to that.
    return [name, name === 'image' ? value.replaceAll(' ', '+') : value] as const;
  });
}

/** The known ones, those written exactly as documented behind the others so that they win. */
function exactLast<Value>(given: readonly [string, Value][]): [ParameterName, string, Value][] {
  const known = given.flatMap(([written, value]): [ParameterName, string, Value][] => {
    const name = NAMES.find((candidate) => candidate === written.toLowerCase());
    return name === undefined ? [] : [[name, written, value]];
  });
  const isExact = ([name, written]: readonly [string, string, Value]) => name === written;
  return [...known.filter((entry) => !isExact(entry)), ...known.filter(isExact)];
}

function brokenJson(): SpokenError {
  return new SpokenError('invalid_request', '请求体不是有效的JSON，请检查引号、逗号和括号后重试');
}
