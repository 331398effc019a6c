/** The shape of a picture: OpenAI's `size`, Midjourney's `--ar`. */

// "a cat --ar 3:2", "a cat —aspect 3:2"; phones make one dash of two
const OWN_RATIO = /(?:^|\s)(?:--|—)(?:ar|aspect)(?![\w-])\s*\S*/i;

/** A prompt that asks for a shape. */
export interface ShapedPrompt {
  readonly prompt: string;
  /** What of the size is not obeyed; undefined when no size was asked for. */
  readonly warning: string | undefined;
}

/** Adds `--ar W:H` for a size such as `1792x1024`; `auto` and undefined ask for nothing, a prompt's own shape wins. */
export function withRatio(prompt: string, size: string | undefined): ShapedPrompt {
  const ratio = ratioOf(size);
  if (ratio === undefined) return { prompt, warning: undefined };
  if (OWN_RATIO.test(prompt)) return { prompt, warning: 'size ignored: the prompt has an --ar of its own' };
  const shaped = [prompt, `--ar ${ratio}`].filter((part) => part !== '').join(' ');
  return { prompt: shaped, warning: `size gives the shape only: --ar ${ratio}` };
}

/** The prompt without its own shape. */
export function withoutRatio(prompt: string): string {
  return prompt.replace(OWN_RATIO, '').trim();
}

/** `1792x1024` becomes `7:4`. */
function ratioOf(size: string | undefined): string | undefined {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(size ?? '') ?? [];
  if (width === undefined || height === undefined) return undefined;
  const divisor = commonDivisor(Number(width), Number(height));
  return `${Number(width) / divisor}:${Number(height) / divisor}`;
}

function commonDivisor(left: number, right: number): number {
  return right === 0 ? left : commonDivisor(right, left % right);
}
