/** The shape of a video: OpenAI's `size`, and Pika's `-ar` inside the prompt. */

// "a cat -ar 9:16"; Midjourney's spelling is accepted beside Pika's
const OWN_SHAPE = /(?:^|\s)--?(?:ar|aspect)\s+(\d{1,4}):(\d{1,4})(?=\s|$)/i;

/** Sizes of the specification (openai-openapi: VideoSize), by their shape. */
const SIZES: Readonly<Record<string, string>> = {
  '16:9': '1280x720',
  '9:16': '720x1280',
  '7:4': '1792x1024',
  '4:7': '1024x1792',
};

/** What Pika makes of a prompt that asks for no shape. */
const USUAL_SIZE = '1280x720';

/** A prompt that asks for a shape; `warning` tells what of the size is not obeyed. */
export interface ShapedPrompt {
  readonly prompt: string;
  readonly warning: string | undefined;
}

/** Adds `-ar W:H` for a size such as `1280x720`; `auto` and undefined ask for nothing, a prompt's own shape wins. */
export function shaped(prompt: string, size: string | undefined): ShapedPrompt {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(size ?? '') ?? [];
  if (width === undefined || height === undefined) return { prompt, warning: undefined };
  if (OWN_SHAPE.test(prompt)) return { prompt, warning: 'size ignored: the prompt has an -ar of its own' };
  const ratio = ratioOf(Number(width), Number(height));
  return { prompt: `${prompt} -ar ${ratio}`, warning: `size gives the shape only: -ar ${ratio}` };
}

/** The size of the specification that comes nearest to what a prompt asks for. */
export function sizeFor(prompt: string): string {
  const [, width = '', height = ''] = OWN_SHAPE.exec(prompt) ?? [];
  if (width === '') return USUAL_SIZE;
  const known = SIZES[ratioOf(Number(width), Number(height))];
  return known ?? (Number(width) < Number(height) ? '720x1280' : USUAL_SIZE);
}

function ratioOf(width: number, height: number): string {
  const divisor = commonDivisor(width, height) || 1;
  return `${width / divisor}:${height / divisor}`;
}

function commonDivisor(left: number, right: number): number {
  return right === 0 ? left : commonDivisor(right, left % right);
}
