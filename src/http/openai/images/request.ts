import { GatewayError } from '../../../core/errors.ts';
import { emptyBody } from '../../json-body.ts';
import { check } from '../issues.ts';
import { type ImageBody, imageSchema } from './schema.ts';

/** What makes a Coze bot draw instead of talk: the words that Coze-Discord-Bridge put in front. */
const DRAW = '画图';

/** A request for pictures, read and checked. */
export interface ImageRequest {
  /** Undefined = the first model of the caller. */
  readonly model: string | undefined;
  /** What the bot is told: the prompt's own words with the order to draw in front. */
  readonly text: string;
  /** How many pictures, 1 to 10. */
  readonly count: number;
  readonly format: 'url' | 'b64_json';
  /** Names of the parameters that the text asks the bot for, who may not obey. */
  readonly wished: readonly string[];
  /** Names of the parameters that are not obeyed. */
  readonly ignored: readonly string[];
}

/** Parameters that a prompt can carry in words. */
const IN_WORDS = ['size', 'quality', 'style'] as const;

/** Parameters that are obeyed, carried in words, or ask nothing of the bot. */
const KNOWN = new Set<string>(['prompt', 'model', 'n', 'response_format', 'stream', 'user', ...IN_WORDS]);

/** Values that ask for what happens anyway. */
const HARMLESS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['background', 'auto'],
  ['moderation', 'auto'],
  ['partial_images', 0],
]);

/**
 * Reads the body of a request for pictures.
 * @throws GatewayError invalid_request, unsupported_parameter; `param` names the field
 */
export function readImageRequest(body: unknown): ImageRequest {
  if (body === undefined || body === null) throw emptyBody();
  const checked = check(imageSchema, body, []);
  if (checked.stream === true) {
    throw new GatewayError('unsupported_parameter', 'A Discord bot shows its picture when it is done.', {
      param: 'stream',
    });
  }
  const wished = IN_WORDS.filter((name) => (checked[name] ?? 'auto') !== 'auto');
  return {
    model: checked.model ?? undefined,
    text: drawingOrder(checked, wished),
    count: checked.n ?? 1,
    format: checked.response_format ?? 'url',
    wished,
    ignored: ignoredIn(body),
  };
}

/** `画图 a red fox (size: 1024x1024, quality: hd)` */
function drawingOrder(body: ImageBody, wished: readonly (typeof IN_WORDS)[number][]): string {
  const wishes = wished.map((name) => `${name}: ${body[name]}`).join(', ');
  return `${DRAW} ${body.prompt.trim()}${wishes === '' ? '' : ` (${wishes})`}`;
}

function ignoredIn(body: object): string[] {
  return Object.entries(body)
    .filter(
      ([name, value]) =>
        (value ?? null) !== null && !KNOWN.has(name) && !(HARMLESS.has(name) && HARMLESS.get(name) === value),
    )
    .map(([name]) => name);
}
