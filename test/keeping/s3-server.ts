/** A real S3 server for tests, in a folder of its own, on a free port of loopback. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

type Step = (
  context: { path: string; mountPath: string; state: { vhost: boolean } },
  next: () => unknown,
) => unknown;

interface S3rver {
  readonly middleware: Step[];
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

// The package ships no types.
const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as new (options: object) => S3rver;

/**
 * The library signs the path of a bucket as `/bucket/`, as Amazon's documents say ("Canonical request"); this server leaves
 * the slash out of its own calculation. The one way to put it there is to pretend that the slash came with the host.
 */
const signSlash: Step = (context, next) => {
  if (/^\/[^/]+\/$/.test(context.path)) {
    context.state.vhost = true;
    context.mountPath = '/';
  }
  return next();
};

/** The key and secret that the server knows. */
const S3_KEY = 'S3RVER';

/** A running server with one bucket. */
export interface S3Server {
  readonly port: number;
  readonly bucket: string;
  /** What a bin or a configuration needs to reach it. */
  readonly options: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly prefix: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly pathStyle: boolean;
  };
  /** Stops answering; `start` goes on with the same objects on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server; it stops with the test. */
export async function startS3(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'cordgate-s3-'));
  const bucket = 'copies';
  let server: S3rver | undefined;
  const start = async (port: number) => {
    const configureBuckets = [{ name: bucket, configs: [] }];
    server = new S3rver({ port, address: '127.0.0.1', silent: true, directory, configureBuckets });
    server.middleware.splice(-1, 0, signSlash);
    return (await server.run()).port;
  };
  const stop = async () => {
    await server?.close();
    server = undefined;
  };
  const port = await start(0);
  onTestFinished(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const keys = { accessKeyId: S3_KEY, secretAccessKey: S3_KEY };
  return {
    port,
    bucket,
    options: { endpoint, region: 'us-east-1', bucket, prefix: 'cordgate/', pathStyle: true, ...keys },
    stop,
    start: async () => void (await start(port)),
  };
}
