/** What the CDN finds out about a file. */
export interface FileFacts {
  readonly contentType?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

const BY_EXTENSION: Readonly<Record<string, string>> = {
  txt: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
  pdf: 'application/pdf',
  mp4: 'video/mp4',
};

/** Type and size of a file: pictures by their content, everything else by its name, then by what the sender said. */
export function inspectFile(filename: string, bytes: Uint8Array, declared: string | undefined): FileFacts {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const picture = png(view) ?? gif(view) ?? webp(view) ?? jpeg(view);
  if (picture) return picture;
  const extension = filename.split('.').at(-1)?.toLowerCase() ?? '';
  const contentType = BY_EXTENSION[extension] ?? (declared || undefined);
  return contentType ? { contentType } : {};
}

function png(view: Buffer): FileFacts | undefined {
  if (view.length < 24 || view.readUInt32BE(0) !== 0x89504e47) return undefined;
  return { contentType: 'image/png', width: view.readUInt32BE(16), height: view.readUInt32BE(20) };
}

function gif(view: Buffer): FileFacts | undefined {
  if (view.length < 10 || view.toString('latin1', 0, 4) !== 'GIF8') return undefined;
  return { contentType: 'image/gif', width: view.readUInt16LE(6), height: view.readUInt16LE(8) };
}

function webp(view: Buffer): FileFacts | undefined {
  if (view.length < 16 || view.toString('latin1', 8, 12) !== 'WEBP') return undefined;
  if (view.toString('latin1', 12, 16) !== 'VP8X' || view.length < 30) return { contentType: 'image/webp' };
  return { contentType: 'image/webp', width: view.readUIntLE(24, 3) + 1, height: view.readUIntLE(27, 3) + 1 };
}

function jpeg(view: Buffer): FileFacts | undefined {
  if (view.length < 4 || view.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 < view.length && view[at] === 0xff) {
    const marker = view[at + 1] ?? 0;
    // Start-of-frame segments hold the size; C4, C8 and CC share their number range but are none.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return {
        contentType: 'image/jpeg',
        height: view.readUInt16BE(at + 5),
        width: view.readUInt16BE(at + 7),
      };
    }
    at += 2 + view.readUInt16BE(at + 2);
  }
  return { contentType: 'image/jpeg' };
}
