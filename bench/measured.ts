/** The child's side: a process that says what it has used, and ends with its parent. */
import { Session } from 'node:inspector/promises';

/** What a process has used so far. */
export interface Usage {
  /** Milliseconds of CPU, all threads, user and system. */
  readonly cpuMs: number;
  readonly rss: number;
  readonly heapUsed: number;
  /** Memory behind buffers and native objects, in bytes. */
  readonly external: number;
}

/** What a measured process answers. */
export interface Answers {
  usage: Usage;
  /** The same after collecting garbage; needs `--expose-gc`. */
  settled: Usage;
  'profile-start': true;
  /** A profile in the format of `.cpuprofile` files. */
  'profile-stop': CpuProfile;
}

/** Names of what can be asked. */
export type Question = keyof Answers;

/** The part of a CPU profile that is read here (Chrome DevTools Protocol, `Profiler.Profile`). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Options that the parent passed. */
export function childOptions<Options>(): Options {
  return JSON.parse(process.argv[2] ?? '{}') as Options;
}

/** Tells the parent that all is ready, and answers it from then on. */
export function serveParent(ready: object, stop: () => Promise<void>): void {
  const profiler = new Session();
  const answers: { [Name in Question]: () => Promise<Answers[Name]> | Answers[Name] } = {
    usage,
    settled,
    'profile-start': async (): Promise<true> => {
      profiler.connect();
      await profiler.post('Profiler.enable');
      await profiler.post('Profiler.setSamplingInterval', { interval: 200 });
      await profiler.post('Profiler.start');
      return true;
    },
    'profile-stop': async () => {
      const { profile } = await profiler.post('Profiler.stop');
      profiler.disconnect();
      return profile as CpuProfile;
    },
  };
  const answer = async (question: Question) => process.send?.(await answers[question]());
  process.on('message', (question: Question) => void answer(question));
  process.on('disconnect', () => void stop().then(() => process.exit(0)));
  process.send?.(ready);
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuMs: (user + system) / 1_000, rss, heapUsed, external };
}

/** Collects garbage, then says what is used; needs `--expose-gc`. */
export async function settled(): Promise<Usage> {
  const collect = globalThis.gc;
  if (!collect) throw new Error('start this process with --expose-gc');
  for (let round = 0; round < 4; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  return usage();
}
