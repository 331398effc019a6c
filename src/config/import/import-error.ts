/**
 * A file that cannot be imported: it is no such file, or it cannot be read. The message is for people and never holds
 * a text of the file, because that could be a secret.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
