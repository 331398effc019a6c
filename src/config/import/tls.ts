import type { Ledger } from './ledger.ts';
import type { Line } from './page.ts';
import { type Keys, wholeNumber } from './scalars.ts';

/** Where the converted certificate and its key are expected. */
export const PEM_FILES = { cert: './tls/cert.pem', key: './tls/key.pem' } as const;

/** HTTPS of the old file: a section where it can be used, else a comment that tells how to get there. */
export interface Tls {
  /** `server.tls`, when the converted files exist already. */
  readonly lines: readonly Line[];
  /** The section as a comment with the commands to convert, empty when HTTPS was off. */
  readonly remark: string;
  /** True when HTTPS was on in the old file. */
  readonly wasOn: boolean;
}

/** Reads APISSLPort and APISSL_keyStorePath. The password is not written anywhere: keytool asks for it. */
export function readTls(keys: Keys, hasPemFiles: boolean, ledger: Ledger): Tls {
  const store = keys.text('APISSL_keyStorePath');
  const written = keys.text('APISSLPort');
  // Left out altogether, the port was 8093, but without a key store nothing listened there.
  const port = keys.has('APISSLPort') ? wholeNumber(written, 0, 65_535) : store === '' ? 0 : 8093;
  if (port === undefined) ledger.note(`APISSLPort: ${ledger.show(written)} is no port; 8093 was taken.`);
  if (port === 0) return { lines: [], remark: '', wasOn: false };
  const tls = { port: port ?? 8093, ...PEM_FILES };
  if (hasPemFiles) return { lines: [tlsLine(tls)], remark: '', wasOn: true };
  const intro =
    'HTTPS (APISSLPort): the Bridge read a Java key store (JKS), which cannot be used here. These commands convert it and ask for its password (APISSL_keyStorePassword); then take the # away in front of tls.';
  ledger.note(
    'HTTPS stays off until the Java key store is converted to PEM files: the commands stand in the file, section server.',
  );
  return { lines: [], remark: `${intro}\n${commands(store || 'keystore.jks')}\n${sample(tls)}`, wasOn: true };
}

function tlsLine(tls: { port: number; cert: string; key: string }): Line {
  const lines = Object.entries(tls).map(([key, value]) => ({ key, value }));
  return { key: 'tls', value: { lines }, beside: 'APISSLPort; the key store as PEM files' };
}

/** `-nokeys` gives the certificate with its chain, `-nodes` the key without a password (OpenSSL 1.1 and 3). */
function commands(store: string): string {
  return [
    'mkdir -p -m 700 tls',
    `keytool -importkeystore -srckeystore ${quoted(store)} -destkeystore tls/keystore.p12 -deststoretype PKCS12`,
    `openssl pkcs12 -in tls/keystore.p12 -nokeys -out ${PEM_FILES.cert}`,
    `openssl pkcs12 -in tls/keystore.p12 -nocerts -nodes -out ${PEM_FILES.key}`,
    'rm tls/keystore.p12',
  ]
    .map((command) => `    ${command}`)
    .join('\n');
}

/** Quoted for a shell; what cannot stand in one line of a comment becomes a name to replace. */
function quoted(path: string): string {
  if (/\p{Cc}/u.test(path)) return 'KEYSTORE_FILE';
  return /^[\w./:-]+$/.test(path) && !path.startsWith('-') ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function sample({ port, cert, key }: { port: number; cert: string; key: string }): string {
  return `tls:\n  port: ${port}\n  cert: ${cert}\n  key: ${key}`;
}
