/** One thing that `cordgate check` found: what it is, where, and what to do about it. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'error';
  /** A stable name of the kind of finding, for scripts (`token_dead`). */
  readonly code: string;
  /** Id of the account it is about. */
  readonly account?: string | undefined;
  /** Id of the bot it is about. */
  readonly bot?: string | undefined;
  readonly message: string;
  /** What to do now; empty when all is well. */
  readonly remedy: string;
}

/** Whom a finding is about. */
export type Subject = Pick<Finding, 'account' | 'bot'>;

/** Makes the findings of one subject. */
export interface Findings {
  ok(code: string, message: string): Finding;
  warn(code: string, message: string, remedy: string): Finding;
  error(code: string, message: string, remedy: string): Finding;
}

/** The findings of one account or bot. */
export function findingsOf(subject: Subject): Findings {
  return {
    ok: (code, message) => ({ level: 'ok', code, ...subject, message, remedy: '' }),
    warn: (code, message, remedy) => ({ level: 'warn', code, ...subject, message, remedy }),
    error: (code, message, remedy) => ({ level: 'error', code, ...subject, message, remedy }),
  };
}
