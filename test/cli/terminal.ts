import { PassThrough } from 'node:stream';
import { run } from '../../src/cli/main.ts';
import type { Parts, SimReady } from '../../src/cli/parts.ts';

/** What a command wrote and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a simulator says of itself. */
export const SIM_READY: SimReady = {
  ready: true,
  api: 'http://127.0.0.1:9500/api/v10',
  gateway: 'ws://127.0.0.1:9500',
  cdn: 'http://127.0.0.1:9500',
  upload: 'http://127.0.0.1:9500',
  activity: 'http://127.0.0.1:9500/__activity/{applicationId}',
  accounts: [
    { id: 'alice', kind: 'user', token: 'user-token-1', userId: '100000000000000005' },
    { id: 'bridge', kind: 'bot', token: 'bot-token-1', userId: '100000000000000004' },
  ],
  guildId: '100000000000000001',
  channels: { general: '100000000000000003', midjourney: '100000000000000006', pika: '100000000000000007' },
  bots: { coze: { userId: '100000000000000002' } },
};

/** Parts of which every one fails until a test replaces it. */
export function fakeParts(parts: Partial<Parts> = {}): Parts {
  const missing = (name: string) => () => Promise.reject(new Error(`${name} is not part of this test`));
  return {
    startGateway: missing('startGateway'),
    startSim: missing('startSim'),
    checkDiscord: missing('checkDiscord'),
    askBots: missing('askBots'),
    ...parts,
  };
}

/** A terminal in memory: runs one command and sends it signals. */
export class Terminal {
  stdout = '';
  stderr = '';
  readonly env: Record<string, string>;
  /** What is typed or piped in; ends when a test ends it. */
  readonly stdin = new PassThrough();
  stdinIsTerminal = true;
  #waiting: (() => void)[] = [];
  #written: (() => void)[] = [];

  constructor(env: Record<string, string> = {}) {
    this.env = env;
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], parts: Parts = fakeParts()): Promise<Ended> {
    const io = {
      stdout: (text: string) => {
        this.stdout += text;
        for (const wake of this.#written.splice(0)) wake();
      },
      stderr: (text: string) => {
        this.stderr += text;
      },
      stderrIsTerminal: false,
      stdin: { open: () => this.stdin, isTerminal: this.stdinIsTerminal },
      env: this.env,
      nextSignal: () => new Promise<void>((resolve) => this.#waiting.push(resolve)),
    };
    const code = await run(args, io, parts);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** Sends SIGTERM. */
  signal(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when something was written to the standard output. */
  written(): Promise<void> {
    return this.stdout === '' ? new Promise((resolve) => this.#written.push(resolve)) : Promise.resolve();
  }
}
