import { z } from 'zod';
import { networks, port, text, url } from '../fields.ts';

const tlsSchema = z.strictObject({
  port: port(1).default(8093).describe('port of HTTPS'),
  cert: text().describe('file with the certificate chain, PEM (no JKS, no PKCS12)'),
  key: text().describe('file with the private key, PEM, without a password'),
});

const limitsSchema = z.strictObject({
  requestsPerMinute: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('requests of one key in a minute; 0 = no limit; auth.keys[].requestsPerMinute goes before it'),
  addressPerMinute: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('requests of one address in a minute; 0 = no limit'),
  failedKeysPerMinute: z
    .number()
    .int()
    .min(0)
    .default(300)
    .describe('wrong or missing keys of one address in a minute, then it is answered with 429; 0 = no limit'),
  streams: z.number().int().min(1).default(2000).describe('answers that may be streamed at a time'),
});

/** Section `server`: where the gateway listens, and who may connect. */
export const serverSchema = z
  .strictObject({
    host: text().default('127.0.0.1').describe('address to listen on; 0.0.0.0 = all'),
    port: port(0).default(8092).describe('port of HTTP; 0 = off, where there is tls'),
    tls: tlsSchema.optional().describe('HTTPS beside HTTP; renewed files are taken up within a minute'),
    publicUrl: url('http:', 'https:')
      .optional()
      .describe('address under which callers reach the gateway; used in the links that answers carry'),
    allowIps: networks().describe('networks that may connect (CIDR); empty = all'),
    bodyLimitMb: z
      .number()
      .positive()
      .max(1024)
      .default(16)
      .describe('largest request body in megabytes; a larger one is answered with 413'),
    trustProxies: networks().describe(
      'reverse proxies (CIDR) whose X-Forwarded-For names the caller; empty = the address of the socket counts',
    ),
    limits: limitsSchema.prefault({}).describe('how much callers may ask for'),
  })
  .describe('where the gateway listens, and who may connect');
