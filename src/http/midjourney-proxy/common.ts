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

const MODES: Readonly<Record<string, TaskMode>> = { FAST: 'fast', RELAX: 'relax', TURBO: 'turbo' };

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
    variant: /^niji/i.test(body.botType.trim()) ? 'niji' : undefined,
    accountId: body.accountFilter.instanceId.trim() || undefined,
    state: body.state === '' ? undefined : body.state,
    notify: readHook(body.notifyHook.trim()),
  };
}

/** Several modes leave the choice to the account. */
function filteredMode(modes: readonly string[]): TaskMode | undefined {
  const [only, ...others] = modes;
  return others.length === 0 ? MODES[(only ?? '').trim().toUpperCase()] : undefined;
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
