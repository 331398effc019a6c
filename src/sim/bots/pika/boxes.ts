/** Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2). */

/** What a box consists of: numbers are 32 bits wide. */
export type BoxPart = number | string | Uint8Array;

/** A box as it stands in a file. */
export interface Box {
  readonly type: string;
  readonly content: Uint8Array;
}

/** Writes a box. */
export function box(type: string, ...parts: readonly BoxPart[]): Uint8Array {
  const content = Buffer.concat(parts.map(bytesOf));
  return Buffer.concat([bytesOf(content.length + 8), Buffer.from(type, 'latin1'), content]);
}

/** Writes a box with a version (0) and flags. */
export function fullBox(type: string, flags: number, ...parts: readonly BoxPart[]): Uint8Array {
  return box(type, flags, ...parts);
}

/** 16-bit numbers. */
export function shorts(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [position, value] of values.entries()) bytes.writeInt16BE(value, position * 2);
  return bytes;
}

/**
 * Reads the boxes that follow each other in a file or in a box that holds others.
 * @throws Error when they do not end exactly where the bytes end
 */
export function readBoxes(bytes: Uint8Array): Box[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Box[] = [];
  for (let at = 0; at < view.length; ) {
    const size = at + 8 <= view.length ? view.readUInt32BE(at) : 0;
    if (size < 8 || at + size > view.length) throw new Error(`no box at byte ${at}`);
    found.push({ type: view.toString('latin1', at + 4, at + 8), content: view.subarray(at + 8, at + size) });
    at += size;
  }
  return found;
}

function bytesOf(part: BoxPart): Uint8Array {
  if (typeof part === 'string') return Buffer.from(part, 'latin1');
  if (typeof part !== 'number') return part;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(part);
  return bytes;
}
