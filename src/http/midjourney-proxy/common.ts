import type { TaskMode, TaskNotify } from '../../core/task.ts';
import type { TaskOrder } from '../../core/tasks.ts';
import { invalid } from './errors.ts';
import { DIALECT } from './options.ts';
import type { CommonBody } from './schema.ts';

/** What a request asks of the service; who asks, and until when, is added later. */
export type Wish = Omit<TaskOrder, 'caller' | 'signal' | 'driver' | 'model'>;

/** The part of an order that every submission has. */
export type CommonWish = Pick<Wish, 'mode' | 'variant' | 'accountId' | 'state' | 'notify'>;

const LONGEST_STATE = 255;
const LONGEST_HOOK = 2000;

const MODES: ReadonlyMap<string, TaskMode> = new Map([
  ['FAST', 'fast'],
  ['RELAX', 'relax'],
  ['TURBO', 'turbo'],
]);

/** Letters of the bots' names, as clients write them; the empty one leaves the choice to the gateway. */
const MAIN_BOTS: readonly string[] = ['', 'midjourney', 'mj'];
const NIJI_BOTS: readonly string[] = ['nijijourney', 'niji'];

/**
 * Reads the fields that all submissions share.
 * @param pathMode speed that the prefix of the path asks for; it wins over the body
 * @throws SpokenError invalid_request
 */
export function readCommon(body: CommonBody, pathMode: TaskMode | undefined): CommonWish {
  if ([...body.state].length > LONGEST_STATE) {
    throw invalid(`state参数错误，不能超过${LONGEST_STATE}个字符`, 'state');
  }
  return {
    mode: pathMode ?? filteredMode(body.accountFilter.modes),
    variant: readBot(body.botType),
    accountId: body.accountFilter.instanceId.trim() || undefined,
    state: body.state === '' ? undefined : body.state,
    notify: readHook(body.notifyHook.trim()),
  };
}

/** Several modes leave the choice to the account. */
function filteredMode(modes: readonly string[]): TaskMode | undefined {
  const [only, ...others] = modes;
  return others.length === 0 ? modeNamed(only ?? '') : undefined;
}

function modeNamed(name: string): TaskMode | undefined {
  return MODES.get(name.trim().toUpperCase());
}

/** True for a name of a speed; blank ones ask for none. */
export function isKnownMode(name: string): boolean {
  return name.trim() === '' || modeNamed(name) !== undefined;
}

function readBot(name: string): 'niji' | undefined {
  const letters = name.toLowerCase().replace(/[\s_・-]/g, '');
  if (NIJI_BOTS.includes(letters)) return 'niji';
  if (MAIN_BOTS.includes(letters)) return undefined;
  throw invalid('botType参数错误，须为MID_JOURNEY或NIJI_JOURNEY', 'botType');
}

function readHook(url: string): TaskNotify | undefined {
  if (url === '') return undefined;
  if (url.length > LONGEST_HOOK) {
    throw invalid(`notifyHook参数错误，不能超过${LONGEST_HOOK}个字符`, 'notifyHook');
  }
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw invalid('notifyHook参数错误，须为http或https链接', 'notifyHook');
  }
  return { url, dialect: DIALECT };
}
