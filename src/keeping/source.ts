/** Where copies come from, and what makes a file unfit. */

/** A finished picture or video on its way. */
export interface SourceFile {
  /** Ending of a name, told by the content. */
  readonly ending: string;
  /** In bytes, as the sender says; undefined where it says nothing. */
  readonly size: number | undefined;
  /** Throws when the sender breaks off. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the connection back, whether the body was read or not. */
  close(): void;
}

/**
 * Begins to read a picture or video of a bot.
 * @throws GatewayError media_unreachable, media_invalid (no picture or video), media_forbidden
 */
export type OpenSource = (url: string, signal: AbortSignal) => Promise<SourceFile>;

/** The file itself is at fault, or its way here; not the place where it shall be kept. */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';
  /** True when another try can give nothing else. */
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean, cause?: unknown) {
    super(message, { cause });
    this.isFinal = isFinal;
  }
}

/** The body with its promises checked. @throws SourceFault it broke off, is empty, too large, or not as long as was said */
export async function* checked({ size, body }: SourceFile, maxBytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of faultless(body)) {
    seen += chunk.length;
    if (seen > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
  if (seen === 0) throw new SourceFault('the file is empty', false);
  if (size !== undefined && seen !== size) {
    throw new SourceFault(`the file has ${seen} bytes, ${size} were announced`, false);
  }
}

async function* faultless(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new SourceFault('the file broke off on its way', false, error);
  }
}

/** The refusal of a file that is larger than there is room. */
export function tooLarge(maxBytes: number): SourceFault {
  return new SourceFault(`the file has more than ${maxBytes} bytes`, true);
}
