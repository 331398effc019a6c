/** Copies in a bucket that speaks Amazon's S3 protocol (API version 2006-03-01). */
import { Readable } from 'node:stream';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { type Part, slice } from '../core/byte-range.ts';
import { type CopyHead, readCopyName } from '../core/keeping.ts';
import type { Bin } from './bin.ts';
import { cancelUpload, type S3Tools, uploadBody } from './s3-upload.ts';

/** Where the bucket is. */
export interface S3BinOptions {
  /** Amazon's own when left out. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Begins the names of all objects. */
  readonly prefix: string;
  /** Both, or what the environment of the process gives. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** True: the bucket stands in the path, not in the host. */
  readonly pathStyle: boolean;
}

const CONNECT_MS = 5_000;
/** How long a part may take to be sent and answered, in milliseconds. */
const ANSWER_MS = 120_000;
/** How long a connection may be silent, in milliseconds: as long as a player may pause. */
const SILENCE_MS = 300_000;
/** Copies that are read at a time; each player that pauses holds a connection. */
const MOST_CONNECTIONS = 1_000;
const TRIES = 3;

/** A bin in a bucket. The library is loaded with the first call. */
export function createS3Bin(options: S3BinOptions): Bin {
  return new S3Bin(options);
}

class S3Bin implements Bin {
  readonly #options: S3BinOptions;
  #tools: Promise<S3Tools> | undefined;

  constructor(options: S3BinOptions) {
    this.#options = options;
  }

  async *list(signal: AbortSignal): AsyncGenerator<CopyHead> {
    await this.#cancelUnfinished(signal);
    const { client, library, bucket } = await this.#open();
    const { prefix } = this.#options;
    for (let token: string | undefined; ; ) {
      const page = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
      const answer = await client.send(new library.ListObjectsV2Command(page), { abortSignal: signal });
      for (const { Key = '', Size, LastModified } of answer.Contents ?? []) {
        const name = Key.slice(prefix.length);
        if (readCopyName(name) === undefined || Size === undefined) continue;
        yield { name, size: Size, at: LastModified?.getTime() ?? 0 };
      }
      token = answer.NextContinuationToken;
      if (!answer.IsTruncated || token === undefined) return;
    }
  }

  async write(
    name: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number> {
    return uploadBody(await this.#open(), { key: this.#key(name), contentType, body, signal });
  }

  async find(name: string, signal: AbortSignal): Promise<CopyHead | undefined> {
    const { client, library, bucket } = await this.#open();
    const command = new library.HeadObjectCommand({ Bucket: bucket, Key: this.#key(name) });
    const answer = await orAbsent(client.send(command, { abortSignal: signal }));
    if (answer?.ContentLength === undefined) return undefined;
    return { name, size: answer.ContentLength, at: answer.LastModified?.getTime() ?? 0 };
  }

  async read(name: string, part: Part, signal: AbortSignal): Promise<Readable | undefined> {
    const { client, library, bucket } = await this.#open();
    const wanted = { Bucket: bucket, Key: this.#key(name), Range: `bytes=${part.start}-${part.end}` };
    const command = new library.GetObjectCommand(wanted);
    const answer = await orAbsent(client.send(command, { abortSignal: signal }));
    const body = answer?.Body;
    if (answer === undefined || body === undefined) return undefined;
    if (!(body instanceof Readable)) throw new Error('the S3 library gave no stream');
    // The library watches its signal only until the answer has begun.
    const leave = () => body.destroy();
    signal.addEventListener('abort', leave, { once: true });
    body.once('close', () => signal.removeEventListener('abort', leave));
    return isPart(answer, part) ? body : slice(body, part);
  }

  async delete(name: string): Promise<void> {
    const { client, library, bucket } = await this.#open();
    await client.send(new library.DeleteObjectCommand({ Bucket: bucket, Key: this.#key(name) }));
  }

  close(): void {
    this.#tools?.then(({ client }) => client.destroy()).catch(() => {});
  }

  /** Parts of uploads that a killed process has left are stored, and paid for, until somebody cancels them. */
  async #cancelUnfinished(signal: AbortSignal): Promise<void> {
    const tools = await this.#open();
    const { client, library, bucket } = tools;
    const { prefix } = this.#options;
    const command = new library.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix });
    // Not every server knows this, and nothing depends on it.
    const found = await client.send(command, { abortSignal: signal }).catch(() => undefined);
    for (const { Key = '', UploadId } of found?.Uploads ?? []) {
      if (UploadId === undefined || readCopyName(Key.slice(prefix.length)) === undefined) continue;
      await cancelUpload(tools, Key, UploadId);
    }
  }

  #key(name: string): string {
    return this.#options.prefix + name;
  }

  #open(): Promise<S3Tools> {
    this.#tools ??= load(this.#options);
    return this.#tools;
  }
}

/** Some servers give the whole object for some parts. */
function isPart(
  { ContentLength }: { readonly ContentLength?: number | undefined },
  { start, end }: Part,
): boolean {
  return ContentLength === end - start + 1;
}

async function load(options: S3BinOptions): Promise<S3Tools> {
  const library = await import('@aws-sdk/client-s3');
  const client: S3Client = new library.S3Client(settingsOf(options));
  return { library, client, bucket: options.bucket };
}

function settingsOf(options: S3BinOptions): S3ClientConfig {
  const { endpoint, region, pathStyle, accessKeyId, secretAccessKey } = options;
  const isGiven = accessKeyId !== undefined && secretAccessKey !== undefined;
  return {
    region,
    forcePathStyle: pathStyle,
    maxAttempts: TRIES,
    // Many servers do not know the newer checksums that the library would add by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      socketTimeout: SILENCE_MS,
      httpAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(isGiven ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  };
}

async function orAbsent<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && /^(?:NoSuchKey|NotFound)$/.test(error.name)) return undefined;
    throw error;
  }
}
