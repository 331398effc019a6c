/** What a soak has shown. */
import { slope } from './figures.ts';
import type { Vitals } from './soak-gateway.ts';
import type { Tally } from './soak-tally.ts';

/** How the gateway was at one moment. */
export interface Sample extends Vitals {
  readonly seconds: number;
  /** Tasks that callers wait for. */
  readonly open: number;
}

/** All that the verdict is made of. */
export interface Evidence {
  readonly samples: readonly Sample[];
  /** At the end, when nobody asks for anything any more. */
  readonly vitals: Vitals;
  /** The text of /metrics at the end. */
  readonly metrics: string;
  /** What Discord was sent twice. */
  readonly twice: number;
  readonly tally: Tally;
}

/** The first third says nothing about growth: caches fill, code is compiled. */
const WARM_UP_SHARE = 1 / 3;
/** Memory that may grow over the rest: the larger one of a share of what there is, and of a size in megabytes. */
const FLAT = { heap: { share: 0.1, mb: 6 }, rss: { share: 0.1, mb: 20 } } as const;
const MB = 1024 * 1024;

/** Which promises were broken, and the figures behind it. */
export function verdictOf({ samples, vitals, metrics, twice, tally }: Evidence) {
  const growths = [growthOf(samples, 'heap', 'heapUsed'), growthOf(samples, 'rss', 'rss')];
  const openTasks = sumOf(metrics, 'cordgate_tasks_open');
  const openStreams = sumOf(metrics, 'cordgate_streams_open');
  const openChats = sumOf(metrics, 'cordgate_chats_open');
  const answered = tally.total((key) => /answered|succeeded/.test(key));
  const checks: readonly (readonly [boolean, string])[] = [
    [vitals.unhandledRejections === 0, `${vitals.unhandledRejections} unhandled rejections`],
    [vitals.uncaughtExceptions === 0, `${vitals.uncaughtExceptions} uncaught exceptions`],
    [openTasks === 0, `${openTasks} tasks are open at the end`],
    [openStreams === 0 && openChats === 0, `${openStreams} streams, ${openChats} chats are open at the end`],
    [tally.total((key) => key.endsWith(' OPEN')) === 0, 'tasks that never ended for their caller'],
    [tally.total((key) => key.includes('WITHOUT')) === 0, 'tasks that failed without a reason'],
    [tally.crossed.length === 0, `answers that belong to somebody else: ${tally.crossed.join('; ')}`],
    [twice === 0, `${twice} messages or commands were sent twice`],
    [answered > 0, 'nothing was answered at all'],
    ...growths.map(({ isFlat, text }) => [isFlat, text] as const),
  ];
  const broken = checks.flatMap(([holds, text]) => (holds ? [] : [text]));
  return {
    broken: [...broken, ...vitals.faults],
    figures: [
      ...growths.map(({ text }) => text),
      `at the end: ${openTasks} tasks, ${openStreams} streams, ${openChats} chats open; ${twice} sent twice`,
    ],
  };
}

function growthOf(samples: readonly Sample[], kind: 'heap' | 'rss', field: 'heapUsed' | 'rss') {
  const late = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const perSecond = slope(late.map((sample) => [sample.seconds, sample[field] / MB] as const));
  const seconds = (late.at(-1)?.seconds ?? 0) - (late[0]?.seconds ?? 0);
  const level = late.reduce((sum, sample) => sum + sample[field] / MB, 0) / late.length;
  const grown = perSecond * seconds;
  const allowed = Math.max(FLAT[kind].mb, FLAT[kind].share * level);
  const text =
    `${kind === 'heap' ? 'heap' : 'RSS'}: ${level.toFixed(1)} MB on average over the last ${seconds} s, ` +
    `slope ${(perSecond * 60).toFixed(2)} MB a minute, ${grown.toFixed(1)} MB in all; ` +
    `flat means at most ${allowed.toFixed(1)} MB`;
  return { isFlat: grown <= allowed, text };
}

/** The sum of all samples of a metric; 0 when there is none. */
function sumOf(metrics: string, name: string): number {
  const lines = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
