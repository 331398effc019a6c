import type { Mode } from './job.ts';
import type { MidjourneyPlaybook } from './playbook.ts';

/** What one person set; what is undefined follows the playbook. */
interface OwnSettings {
  remix?: boolean | undefined;
  mode?: Mode | undefined;
  isSubtle?: boolean | undefined;
  stealth?: boolean | undefined;
  version?: string | undefined;
  /** Pictures made so far. */
  made: number;
}

/** The settings of a person as they hold now. */
export interface PersonSettings {
  readonly remix: boolean;
  readonly mode: Mode;
  readonly stealth: boolean;
  /** Low variability: V gives subtle variations. */
  readonly isSubtle: boolean;
  /** The model that was chosen in the menu. */
  readonly version: string | undefined;
  readonly made: number;
}

/** The settings of all people who use a bot. */
export class People {
  readonly #own = new Map<string, OwnSettings>();
  readonly #playbook: MidjourneyPlaybook;

  constructor(playbook: MidjourneyPlaybook) {
    this.#playbook = playbook;
  }

  /** The settings of a person. */
  of(userId: string): PersonSettings {
    const own = this.#own.get(userId);
    const { remix, mode, stealth } = this.#playbook.defaults;
    return {
      remix: own?.remix ?? remix,
      mode: own?.mode ?? mode,
      stealth: own?.stealth ?? stealth ?? false,
      isSubtle: own?.isSubtle ?? false,
      version: own?.version,
      made: own?.made ?? 0,
    };
  }

  /** Changes settings of a person; undefined ones stay. */
  change(userId: string, change: Partial<PersonSettings>): void {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    this.#own.set(userId, { made: 0, ...this.#own.get(userId), ...Object.fromEntries(given) });
  }

  /** Forgets what a person set. */
  reset(userId: string): void {
    const made = this.of(userId).made;
    this.#own.set(userId, { made });
  }
}
