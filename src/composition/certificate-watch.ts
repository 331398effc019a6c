/** Composition: a certificate that is renewed on the disk is used without a restart. */
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { type Certificate, type CertificateFiles, readCertificate } from '../config/certificate.ts';
import type { CancelTimer, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';

/** Whoever serves a certificate: an HTTPS server. */
export interface CertificateHolder {
  /** Takes another certificate for all connections from now on. */
  setSecureContext(options: SecureContextOptions): void;
}

/** How often the files are read; renewals come weeks apart, and weeks before the old one expires. */
const LOOK_EVERY_MS = 60_000;

/**
 * Reads the files again every minute and hands a changed pair over. A pair that cannot be used, such as one that is
 * half written, leaves the old one in place and is tried again when the files change.
 * @returns ends the watch
 */
export function watchCertificate(
  files: CertificateFiles,
  inUse: Certificate,
  holder: CertificateHolder,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): CancelTimer {
  let known = fingerprint(inUse);
  let warned = '';
  let cancel = clock.after(LOOK_EVERY_MS, look);
  function look(): void {
    cancel = clock.after(LOOK_EVERY_MS, look);
    try {
      const found = fingerprint({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
      if (found === known) return;
      const { cert, key, validUntil } = readCertificate(files, clock.now(), 'server.tls');
      holder.setSecureContext({ cert, key });
      known = found;
      warned = '';
      log.info({ validUntil: new Date(validUntil).toISOString() }, 'HTTPS uses the renewed certificate');
    } catch (error) {
      // It is tried again, as it may only be ahead of this machine's clock; said once.
      if (warned === String(error)) return;
      warned = String(error);
      log.warn(
        { error: String(error) },
        'the certificate on the disk cannot be used; the old one stays in use',
      );
    }
  }
  return () => cancel();
}

function fingerprint({ cert, key }: Pick<Certificate, 'cert' | 'key'>): string {
  return Buffer.concat([cert, key]).toString('latin1');
}
