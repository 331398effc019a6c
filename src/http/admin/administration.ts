/** What the management API asks of the gateway around it: its configuration, single accounts, and the self-check. */

/** The lists of the configuration that can be changed. */
export type ConfigList = 'accounts' | 'bots';

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** `bots[0].listen`. */
  readonly path: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** The configuration without its secrets. */
export interface ConfigView {
  /** Name of the file; null when there is none. */
  readonly path: string | null;
  readonly writable: boolean;
  /** Why it is not writable. */
  readonly reason?: string;
  readonly accounts: readonly object[];
  readonly bots: readonly object[];
}

/** What became of a change. */
export type ConfigOutcome =
  | {
      readonly type: 'done';
      readonly isNew: boolean;
      /** The entry as it is now; undefined when it was removed. */
      readonly entry: object | undefined;
      readonly notes: readonly string[];
      /** Sections of the file that changed as well and count after a restart. */
      readonly restart: readonly string[];
    }
  | {
      readonly type: 'refused';
      readonly reason: 'invalid' | 'not_found' | 'read_only' | 'unreadable' | 'failed';
      readonly message: string;
      readonly problems: readonly ConfigProblem[];
    };

/** One thing that the self-check found. */
export interface CheckFinding {
  readonly level: 'ok' | 'warning' | 'error';
  /** `bot coze`, `account alice`, or `gateway`. */
  readonly about: string;
  readonly code: string;
  readonly account?: string | undefined;
  readonly bot?: string | undefined;
  readonly message: string;
  readonly remedy?: string;
}

/** How an account is after it was told to log in anew. */
export interface LoginState {
  readonly account: string;
  readonly state: string;
  readonly reason?: string;
}

/** The gateway around the management API. */
export interface Administration {
  config(): ConfigView;
  /** Adds or replaces an entry. Never throws for what the caller did wrong. */
  putEntry(list: ConfigList, id: string, entry: Readonly<Record<string, unknown>>): Promise<ConfigOutcome>;
  removeEntry(list: ConfigList, id: string): Promise<ConfigOutcome>;
  /** Logs an account in anew. @throws GatewayError account_not_found, account_disabled */
  reconnect(accountId: string, signal: AbortSignal): Promise<LoginState>;
  /** Proves that every account can do its job, and tells what it finds. Rejects only with the signal's reason. */
  check(onFinding: (finding: CheckFinding) => void, signal: AbortSignal): Promise<void>;
}
