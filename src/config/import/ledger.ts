/** A variable of the environment that the written file asks for. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** A value of the right form, with which the file can be tried. */
  readonly sample: string;
}

/** Texts that look like a secret wherever they stand: Discord tokens, credentials in URLs. */
const SECRET_FORMS = [/[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}/, /:\/\/[^/\s]*@/];
const LONG_WORD = /[A-Za-z0-9_.-]{32,}/;
const HIDDEN = '(not shown: it may be a secret)';
const SECRET_NAMES = /token|password|passwd|secret|key$|auth|cookie/i;

/** Secrets shorter than this are not searched for inside other texts: they would hit ordinary words. */
const SHORTEST_SECRET = 4;
const LONGEST_SHOWN = 80;

/** Collects what an import has to say, and what the person still has to fill in. */
export class Ledger {
  readonly notes: string[] = [];
  readonly variables: Variable[] = [];
  readonly #secrets: readonly string[];

  /** @param secrets tokens and keys of the file, which are never shown */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  }

  /** Adds a note; gives it back, to be a comment as well. */
  note(text: string): string {
    if (!this.notes.includes(text)) this.notes.push(text);
    return text;
  }

  /** Asks for a value through the environment. */
  ask(name: string, meaning: string, sample: string): { readonly variable: string } {
    if (!this.variables.some((variable) => variable.name === name)) {
      this.variables.push({ name, meaning, sample });
    }
    return { variable: name };
  }

  /** A value of the file as one line for people; what is or may be a secret is not shown. */
  show(value: unknown, name = ''): string {
    if (Array.isArray(value)) return `(a list of ${value.length})`;
    if (typeof value !== 'string')
      return value === null || value === undefined ? '(nothing)' : '(a group of keys)';
    const isSecret = SECRET_NAMES.test(name) || LONG_WORD.test(value) || this.#hidesSecret(value);
    if (isSecret && value.trim() !== '') return HIDDEN;
    return inOneLine(value);
  }

  /** The name of a key as one line for people; not shown when a secret was written in its place. */
  showName(name: string): string {
    return this.#hidesSecret(name) ? HIDDEN : inOneLine(name);
  }

  #hidesSecret(text: string): boolean {
    return (
      SECRET_FORMS.some((form) => form.test(text)) || this.#secrets.some((secret) => text.includes(secret))
    );
  }
}

function inOneLine(text: string): string {
  const short = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return /^[\p{L}\p{N}_.:/-]+$/u.test(short) ? short : JSON.stringify(short);
}
