/** A file of unknown length into a bucket: at once when it is small, else in parts (S3 API, "Multipart upload"). */
import type { S3Client } from '@aws-sdk/client-s3';

/** The library, a client of it, and the bucket it is for. */
export interface S3Tools {
  readonly library: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
  readonly bucket: string;
}

/** What to upload, and by which name. */
export interface Upload {
  readonly key: string;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Size of a part in bytes, which is held in memory so that it can be sent again; S3 wants 5 MiB at least. */
const PART_BYTES = 8 * 1024 * 1024;

/** What the names promise: a copy never changes. */
const CACHING = 'public, max-age=31536000, immutable';

/** Uploads a body; nobody sees the object before it is whole. @returns its size in bytes */
export async function uploadBody(tools: S3Tools, upload: Upload): Promise<number> {
  const parts = partsOf(upload.body);
  try {
    const first = await parts.next();
    const start = first.done ? Buffer.alloc(0) : first.value;
    if (start.length === PART_BYTES) return await uploadParts(tools, upload, start, parts);
    await put(tools, upload, start);
    return start.length;
  } finally {
    await parts.return(undefined);
  }
}

/** Gives an upload up that has begun; never throws. */
export async function cancelUpload(
  { client, library, bucket }: S3Tools,
  key: string,
  id: string,
): Promise<void> {
  const command = new library.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id });
  await client.send(command).catch(() => {});
}

async function put({ client, library, bucket }: S3Tools, upload: Upload, bytes: Buffer): Promise<void> {
  const { key, contentType, signal } = upload;
  const head = { Bucket: bucket, Key: key, ContentType: contentType, CacheControl: CACHING };
  const command = new library.PutObjectCommand({ ...head, Body: bytes, ContentLength: bytes.length });
  await client.send(command, { abortSignal: signal });
}

async function uploadParts(
  tools: S3Tools,
  upload: Upload,
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): Promise<number> {
  const { client, library, bucket } = tools;
  const { key, contentType, signal } = upload;
  const abortSignal = signal;
  const head = { Bucket: bucket, Key: key, ContentType: contentType, CacheControl: CACHING };
  const begun = await client.send(new library.CreateMultipartUploadCommand(head), { abortSignal });
  const { UploadId } = begun;
  if (UploadId === undefined) throw new Error('the S3 server began no upload');
  try {
    const target = { Bucket: bucket, Key: key, UploadId };
    const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
    let size = 0;
    for await (const Body of joined(first, rest)) {
      const PartNumber = Parts.length + 1;
      const part = { ...target, PartNumber, Body, ContentLength: Body.length };
      const { ETag } = await client.send(new library.UploadPartCommand(part), { abortSignal });
      Parts.push({ ETag, PartNumber });
      size += Body.length;
    }
    const whole = { ...target, MultipartUpload: { Parts } };
    await client.send(new library.CompleteMultipartUploadCommand(whole), { abortSignal });
    return size;
  } catch (error) {
    await cancelUpload(tools, key, UploadId);
    throw error;
  }
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** Pieces of equal size, but for the last one, which may be empty only when it is the first. */
async function* partsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, undefined, undefined> {
  let pieces: Uint8Array[] = [];
  let gathered = 0;
  for await (const chunk of body) {
    for (let from = 0; from < chunk.length; ) {
      const piece = chunk.subarray(from, from + PART_BYTES - gathered);
      pieces.push(piece);
      gathered += piece.length;
      from += piece.length;
      if (gathered < PART_BYTES) continue;
      yield Buffer.concat(pieces, gathered);
      pieces = [];
      gathered = 0;
    }
  }
  if (gathered > 0) yield Buffer.concat(pieces, gathered);
  return undefined;
}
