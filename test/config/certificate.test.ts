import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCertificate } from '../../src/config/certificate.ts';
import { ConfigError } from '../../src/config/problem.ts';

const here = join(import.meta.dirname, '../e2e/certificates');
const NOW = Date.parse('2026-11-21T00:00:00Z');

function problemsOf(cert: string, key: string, now = NOW): string[] {
  try {
    readCertificate({ cert: join(here, cert), key: join(here, key) }, now, 'cordgate.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message.replaceAll(`${here}/`, '')}`);
  }
}

const JAVA =
  'is a Java key store (JKS), but PEM files are needed; convert it: keytool -importkeystore -srckeystore keystore.jks -destkeystore keystore.p12 -deststoretype PKCS12 && openssl pkcs12 -in keystore.p12 -nokeys -out cert.pem && openssl pkcs12 -in keystore.p12 -nocerts -nodes -out key.pem';
const PKCS12 =
  'is a PKCS12 key store, but PEM files are needed; convert it: openssl pkcs12 -in keystore.p12 -nokeys -out cert.pem && openssl pkcs12 -in keystore.p12 -nocerts -nodes -out key.pem';

describe('the certificate of server.tls', () => {
  it('is read as it is, with its last day', () => {
    const files = { cert: join(here, 'first.cert.pem'), key: join(here, 'first.key.pem') };
    const { cert, key, validUntil } = readCertificate(files, NOW, 'cordgate.yaml');
    expect(cert).toEqual(readFileSync(files.cert));
    expect(key).toEqual(readFileSync(files.key));
    expect(new Date(validUntil).getUTCFullYear()).toBe(2119);
  });

  it.each([
    [
      'keystore.jks',
      'keystore.jks',
      [`server.tls.cert: keystore.jks ${JAVA}`, `server.tls.key: keystore.jks ${JAVA}`],
    ],
    ['keystore.p12', 'first.key.pem', [`server.tls.cert: keystore.p12 ${PKCS12}`]],
    [
      'first.cert.der',
      'first.key.der',
      [
        'server.tls.cert: first.cert.der is a certificate in DER form; convert it: openssl x509 -inform der -in first.cert.der -out cert.pem',
        'server.tls.key: first.key.der is a key in DER form; convert it: openssl pkey -inform der -in first.key.der -out key.pem',
      ],
    ],
    [
      'first.cert.pem',
      'renewed.key.pem',
      ['server.tls.key: renewed.key.pem is not the key of the certificate'],
    ],
    [
      'first.key.pem',
      'first.cert.pem',
      [/^server\.tls\.cert: .*holds no certificate/, /^server\.tls\.key: .*holds no private key/],
    ],
    ['nothing.pem', 'first.key.pem', ['server.tls.cert: nothing.pem does not exist']],
    ['.', 'first.key.pem', [/^server\.tls\.cert: .*cannot be read \(EISDIR\)/]],
    ['../images.test.ts', 'first.key.pem', [/holds no PEM text/]],
    [
      'first.cert.pem',
      'encrypted.key.pem',
      [/^server\.tls\.key: encrypted.key.pem is encrypted; .*openssl pkey/],
    ],
    [
      'expired.cert.pem',
      'expired.key.pem',
      [/^server\.tls\.cert: expired.cert.pem has expired on Jan \d+ .* 2020 GMT$/],
    ],
  ])('%s with %s is refused with its reason and what to do', (cert, key, expected) => {
    const problems = problemsOf(cert, key);
    expect(problems).toHaveLength(expected.length);
    for (const [index, problem] of problems.entries()) expect(problem).toMatch(expected[index]!);
  });

  it('is refused before its first and after its last day', () => {
    expect(problemsOf('first.cert.pem', 'first.key.pem', Date.parse('2019-01-01'))).toEqual([
      expect.stringMatching(/is not valid before Jan {2}1/),
    ]);
    expect(problemsOf('first.cert.pem', 'first.key.pem', Date.parse('2200-01-01'))).toEqual([
      expect.stringMatching(/has expired on .* 2119 GMT/),
    ]);
  });

  it('is refused when it is damaged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordgate-'));
    const damaged = join(folder, 'cert.pem');
    writeFileSync(damaged, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const files = { cert: damaged, key: join(here, 'first.key.pem') };
    expect(() => readCertificate(files, NOW, 'cordgate.yaml')).toThrow(
      /cordgate\.yaml: server\.tls\.cert: .* cannot be used \(ERR_OSSL/,
    );
  });

  const tool = ['/usr/bin/openssl', '/usr/local/bin/openssl'].find((path) => existsSync(path));
  it.skipIf(tool === undefined)(
    'becomes usable by the very command that a refusal names (needs openssl)',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'cordgate it’s '));
      const store = join(folder, 'key store.p12');
      copyFileSync(join(here, 'keystore.p12'), store);
      let refusal = '';
      try {
        readCertificate({ cert: store, key: store }, NOW, 'cordgate.yaml');
      } catch (error) {
        refusal = (error as ConfigError).problems[0]!.message;
      }
      const command = refusal
        .split('convert it: ')[1]!
        .replaceAll('pkcs12 -in', 'pkcs12 -passin pass:123456 -in');
      execFileSync('/bin/sh', ['-c', command], { cwd: folder, stdio: 'ignore' });
      const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
      expect(new Date(readCertificate(files, NOW, 'x').validUntil).getUTCFullYear()).toBe(2119);
    },
  );
});
