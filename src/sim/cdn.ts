/** The CDN and the storage that upload links point to. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBytes } from './rest/body.ts';
import type { World } from './world.ts';

/** Serves a file by its signed link; anything else is a 404 as on the real CDN. */
export function serveFile(world: World, response: ServerResponse, url: URL, method: string): void {
  const file = world.files.open(decodePath(url.pathname), url.searchParams);
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain;charset=UTF-8' });
    response.end('This content is no longer available.');
    return;
  }
  response.writeHead(200, {
    'content-type': file.contentType ?? 'application/octet-stream',
    'content-length': file.bytes.length,
    'content-disposition': `attachment; filename="${file.filename}"`,
    'cache-control': 'public, max-age=31536000',
    'x-robots-tag': 'noindex, nofollow, noarchive, nocache, noimageindex, noodp',
  });
  response.end(method === 'HEAD' ? undefined : file.bytes);
}

/** Takes the bytes for an upload slot. The storage is another company's: it knows no Discord token. */
export async function takeUpload(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const bytes = await readBytes(request);
  const slot = world.files.slot(decodePath(url.pathname).slice(1));
  const status =
    !slot || slot.uploadId !== url.searchParams.get('upload_id')
      ? 404
      : request.headers.authorization !== undefined
        ? 401
        : bytes.length > slot.maxBytes
          ? 400
          : 200;
  if (slot && status === 200) {
    slot.bytes = new Uint8Array(bytes);
    slot.contentType = request.headers['content-type'];
  }
  response.writeHead(status, { 'content-length': 0 });
  response.end();
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
