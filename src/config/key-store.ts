/** Key stores and other forms of certificates that are not PEM, told by their first bytes. */

/** JKS begins with FE ED FE ED, JCEKS with CE CE CE CE (OpenJDK, `JavaKeyStore.MAGIC`, `JceKeyStore`). */
const JAVA_STORES: readonly Buffer[] = [Buffer.from('feedfeed', 'hex'), Buffer.from('cececece', 'hex')];

/**
 * What to do with a file that is no PEM text, as the end of a sentence that begins with its name: what it is, and
 * the commands that convert it. Undefined when the file is nothing that is known here.
 */
export function conversionOf(bytes: Buffer, path: string): string | undefined {
  if (JAVA_STORES.some((magic) => bytes.subarray(0, 4).equals(magic))) return fromJavaStore(path);
  const content = contentOfSequence(bytes);
  if (content === undefined) return undefined;
  // PFX begins with INTEGER 3 (RFC 7292, section 4), a private key with 0 or 1, a certificate with a SEQUENCE.
  if (content.subarray(0, 3).equals(Buffer.from([2, 1, 3]))) return fromPkcs12(path);
  const [what, tool, target] = content[0] === 0x30 ? ['certificate', 'x509', 'cert'] : ['key', 'pkey', 'key'];
  return `is a ${what} in DER form; convert it: openssl ${tool} -inform der -in ${quoted(path)} -out ${target}.pem`;
}

function fromJavaStore(path: string): string {
  const convert = `keytool -importkeystore -srckeystore ${quoted(path)} -destkeystore keystore.p12 -deststoretype PKCS12`;
  return `is a Java key store (JKS), but PEM files are needed; convert it: ${convert} && ${extract('keystore.p12')}`;
}

function fromPkcs12(path: string): string {
  return `is a PKCS12 key store, but PEM files are needed; convert it: ${extract(quoted(path))}`;
}

/** `-nodes` leaves the key without a password: the gateway has nobody to ask for one. */
function extract(store: string): string {
  return `openssl pkcs12 -in ${store} -nokeys -out cert.pem && openssl pkcs12 -in ${store} -nocerts -nodes -out key.pem`;
}

/** What stands inside the outermost SEQUENCE of a DER file (ITU X.690, section 8.1). */
function contentOfSequence(bytes: Buffer): Buffer | undefined {
  const length = bytes[1] ?? 0;
  if (bytes[0] !== 0x30) return undefined;
  if (length >= 0x80) return bytes.subarray(2 + (length & 0x7f));
  // A text may begin with "0" as well, but its second letter is hardly its length.
  return bytes.length === 2 + length ? bytes.subarray(2) : undefined;
}

/** The path as a POSIX shell reads it back. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
