import type { Ledger } from './ledger.ts';
import { type Block, type Placeholder, paragraphs } from './page.ts';

type Kind = 'bot' | 'user';

interface Account {
  readonly id: string;
  kind: Kind;
  readonly token: string | Placeholder;
  /** Keys of the old file that named it. */
  readonly origins: string[];
}

/** Said where the new file uses accounts of people. */
export const TERMS =
  "An account of kind user is a person's. To automate it is against Discord's terms of service; Discord may close it. Use one that you can do without.";

/** The accounts of the new file. Bots that share a token share its account. */
export class Accounts {
  readonly #ledger: Ledger;
  readonly #accounts: Account[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Ids of all accounts. */
  get ids(): string[] {
    return this.#accounts.map((account) => account.id);
  }

  /**
   * The id of the account with this token; it is added when it is new. `origin` is the key of the old file.
   * An unusable token is replaced by a variable, named by `variable`.
   */
  add(kind: Kind, written: string, origin: string, variable: string): string {
    const token = this.#clean(written, origin) ?? this.#ask(kind, origin, variable);
    const same = this.#accounts.find((account) => nameOf(account.token) === nameOf(token));
    if (same === undefined) return this.#create(kind, token, origin);
    if (same.kind !== kind) this.#settleKind(same, kind, origin);
    if (!same.origins.includes(origin)) same.origins.push(origin);
    return same.id;
  }

  /** The entries of `accounts`. */
  blocks(): Block[] {
    const firstUser = this.#accounts.find((account) => account.kind === 'user');
    return this.#accounts.map((account) => ({
      ...paragraphs(account === firstUser ? TERMS : undefined),
      lines: [
        { key: 'id', value: account.id },
        { key: 'kind', value: account.kind },
        { key: 'token', value: account.token, beside: account.origins.join(', ') },
      ],
    }));
  }

  #create(kind: Kind, token: string | Placeholder, origin: string): string {
    const base = kind === 'bot' ? 'bridge' : 'sender';
    const id = numbered(base, this.#accounts.filter((account) => account.id.startsWith(base)).length);
    this.#accounts.push({ id, kind, token, origins: [origin] });
    if (kind === 'user') this.#ledger.note(TERMS);
    return id;
  }

  #clean(written: string, origin: string): string | undefined {
    return cleanToken(written, origin, this.#ledger);
  }

  #ask(kind: Kind, origin: string, variable: string): Placeholder {
    const what = kind === 'bot' ? 'token of your own Discord bot' : 'token of the user account that sends';
    return this.#ledger.ask(variable, `${what}; ${origin} was empty or unusable`, 'token');
  }

  /** One token cannot be both: the key that names a bot's token is believed. */
  #settleKind(account: Account, kind: Kind, origin: string): void {
    account.kind = 'bot';
    const [bot, user] = kind === 'bot' ? [origin, account.origins[0]] : [account.origins[0], origin];
    this.#ledger.note(
      `The same token stands in ${bot} (a bot's) and in ${user} (a user's). It was taken as a bot's; change kind of account ${account.id} if that is wrong.`,
    );
  }
}

/** `coze`, `coze-2`, `coze-3` … for 0, 1, 2 … */
export function numbered(base: string, index: number, separator = '-'): string {
  return index === 0 ? base : `${base}${separator}${index + 1}`;
}

function nameOf(token: string | Placeholder): string {
  return typeof token === 'string' ? `=${token}` : token.variable;
}

/** A token without the word that some write in front of it; undefined when it is empty, or cannot be one. */
export function cleanToken(written: string, origin: string, ledger: Ledger): string | undefined {
  const token = written.replace(/^(Bot|Bearer)\s+/i, '');
  if (token !== written) ledger.note(`${origin}: the word in front of the token was cut off.`);
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  if (token !== '') {
    ledger.note(
      `${origin}: the token holds blanks or foreign letters, so it cannot be right. Copy it again.`,
    );
  }
  return undefined;
}
