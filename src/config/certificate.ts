/** The certificate of `server.tls`: read, recognised by its content, and checked before anything starts. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { conversionOf } from './key-store.ts';
import type { LoadedConfig } from './load.ts';
import { ConfigError, type Problem } from './problem.ts';

/** The files of `server.tls`. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

const REMEDY =
  'Put a PEM file that can be used there, or correct its name; docs/https.md tells how to get one.';

/** A certificate chain and its private key, both PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Last moment at which it is valid, in milliseconds since the epoch. */
  readonly validUntil: number;
}

/**
 * Reads the certificate of a configuration; undefined when there is no `server.tls`.
 * @param now milliseconds since the epoch
 * @throws ConfigError when a file cannot be used, with the command that converts it where there is one
 */
export function certificateOf(
  { config, file }: Pick<LoadedConfig, 'config' | 'file'>,
  now: number,
): Certificate | undefined {
  const { tls } = config.server;
  return tls && readCertificate(tls, now, file);
}

/**
 * Reads a certificate and its key.
 * @param now milliseconds since the epoch
 * @param file name of the configuration, for messages
 * @throws ConfigError with everything that is wrong
 */
export function readCertificate(files: CertificateFiles, now: number, file: string): Certificate {
  const problems: Problem[] = [];
  const attempt = <Value>(key: 'cert' | 'key', read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      const message = `${files[key]} ${sentenceOf(error)}`;
      problems.push({ path: `server.tls.${key}`, message, remedy: REMEDY });
      return undefined;
    }
  };
  const cert = attempt('cert', () => readPem(files.cert));
  const key = attempt('key', () => readPem(files.key));
  const chain = cert && attempt('cert', () => parseCertificate(cert, now));
  const secret = key && attempt('key', () => parseKey(key));
  if (cert && key && chain && secret) attempt('key', () => checkPair(chain, secret, { cert, key }));
  if (!cert || !key || !chain || problems.length > 0) throw new ConfigError(problems, file);
  return { cert, key, validUntil: chain.validToDate.getTime() };
}

/** What is wrong with a file, as the end of a sentence that begins with its name. */
class Unusable extends Error {}

function sentenceOf(error: unknown): string {
  if (error instanceof Unusable) return error.message;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return `cannot be used${code}`;
}

function readPem(path: string): Buffer {
  const bytes = readBytes(path);
  if (bytes.includes('-----BEGIN ')) return bytes;
  throw new Unusable(conversionOf(bytes, path) ?? 'holds no PEM text ("-----BEGIN ...")');
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new Unusable(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
}

function parseCertificate(pem: Buffer, now: number): X509Certificate {
  if (!pem.includes('-----BEGIN CERTIFICATE') && !pem.includes('-----BEGIN X509 CERTIFICATE')) {
    throw new Unusable('holds no certificate: give the chain as cert and the private key as key');
  }
  const certificate = new X509Certificate(pem);
  if (certificate.validToDate.getTime() < now) throw new Unusable(`has expired on ${certificate.validTo}`);
  if (certificate.validFromDate.getTime() > now) {
    throw new Unusable(`is not valid before ${certificate.validFrom}`);
  }
  return certificate;
}

function parseKey(pem: Buffer): KeyObject {
  if (!pem.includes('PRIVATE KEY-----')) throw new Unusable('holds no private key');
  if (pem.includes('ENCRYPTED')) {
    throw new Unusable('is encrypted; take its password away: openssl pkey -in OLD.pem -out key.pem');
  }
  return createPrivateKey(pem);
}

function checkPair(certificate: X509Certificate, key: KeyObject, pair: { cert: Buffer; key: Buffer }): void {
  if (!certificate.checkPrivateKey(key)) throw new Unusable('is not the key of the certificate');
  // The rest that a server may refuse, such as a key that is too short.
  createSecureContext(pair);
}
