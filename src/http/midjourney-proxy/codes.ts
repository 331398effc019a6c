import type { ErrorCode } from '../../core/errors.ts';

/** How a failure is told: Midjourney-Proxy's code, its text, and whether the gateway's own message follows it. */
export interface Verdict {
  readonly code: 3 | 4 | 9 | 23 | 24;
  readonly text: string;
  /** False where the text is known to clients and says all. */
  readonly hasDetail: boolean;
}

const plain = (code: Verdict['code'], text: string): Verdict => ({ code, text, hasDetail: false });
const detailed = (code: Verdict['code'], text: string): Verdict => ({ code, text, hasDetail: true });

const NO_INSTANCE = '无可用的账号实例';
const UNUSABLE = '账号不可用';
const BROKEN = '提交失败，系统异常';
const NO_SUCH_FEATURE = '不支持该操作';

/**
 * Every error of the gateway in Midjourney-Proxy's codes: 3 nothing there that could do it, 4 the request is at fault,
 * 9 a failure, 23 too much at once, 24 a banned word. What passes by itself is never 3: new-api switches a channel off
 * at the first 3.
 */
export const VERDICTS: Readonly<Record<ErrorCode, Verdict>> = {
  invalid_request: detailed(4, '参数错误'),
  unsupported_parameter: detailed(4, NO_SUCH_FEATURE),
  media_invalid: detailed(4, '图片无效'),
  media_unreachable: detailed(4, '链接无法访问'),
  media_forbidden: detailed(4, '链接不允许访问'),
  missing_key: plain(4, '密钥错误'),
  invalid_key: plain(4, '密钥错误'),
  bot_not_allowed: detailed(3, UNUSABLE),
  address_not_allowed: detailed(4, '来源地址不允许访问'),
  admin_only: detailed(4, '需要管理员密钥'),
  not_found: detailed(4, '接口不存在'),
  model_not_found: detailed(3, NO_INSTANCE),
  task_not_found: plain(3, '关联任务不存在或已失效'),
  account_not_found: detailed(3, NO_INSTANCE),
  conversation_not_found: detailed(4, NO_SUCH_FEATURE),
  method_not_allowed: detailed(4, '请求方法错误'),
  conversation_exists: detailed(4, NO_SUCH_FEATURE),
  conversation_given: detailed(4, NO_SUCH_FEATURE),
  parent_unfinished: plain(4, '关联任务状态错误'),
  action_not_offered: detailed(4, '关联任务不允许执行变化'),
  prompt_refused: plain(24, '可能包含敏感词'),
  body_too_large: detailed(4, '请求体过大'),
  queue_full: plain(23, '队列已满，请稍后尝试'),
  channels_full: detailed(23, '队列已满，请稍后尝试'),
  account_limited: detailed(23, '账号已达使用上限，请稍后尝试'),
  too_many_requests: detailed(23, '请求过于频繁，请稍后尝试'),
  too_many_streams: detailed(23, '请求过于频繁，请稍后尝试'),
  key_not_found: detailed(4, NO_SUCH_FEATURE),
  key_exists: detailed(4, NO_SUCH_FEATURE),
  key_given: detailed(4, NO_SUCH_FEATURE),
  rate_limited: detailed(23, '请求过于频繁，请稍后尝试'),
  slow_down: detailed(23, '请求过于频繁，请稍后尝试'),
  bot_exhausted: detailed(9, '额度已用尽'),
  internal: plain(9, BROKEN),
  bot_failed: detailed(9, BROKEN),
  command_missing: detailed(9, BROKEN),
  command_outdated: detailed(9, BROKEN),
  parent_gone: detailed(3, UNUSABLE),
  not_repeatable: detailed(4, NO_SUCH_FEATURE),
  task_stopped: detailed(4, '任务已取消'),
  discord_refused: detailed(9, BROKEN),
  discord_unreachable: detailed(9, BROKEN),
  human_required: detailed(3, UNUSABLE),
  account_disabled: detailed(3, UNUSABLE),
  no_account: detailed(3, NO_INSTANCE),
  account_offline: detailed(9, '账号离线，请稍后尝试'),
  bot_busy: detailed(9, '服务繁忙，请稍后尝试'),
  queue_timeout: detailed(9, '排队超时'),
  store_unavailable: detailed(9, '服务繁忙，请稍后尝试'),
  shutting_down: detailed(9, '服务正在停止，请稍后尝试'),
  answer_timeout: detailed(9, '任务超时'),
  task_timeout: detailed(9, '任务超时'),
  discord_timeout: detailed(9, BROKEN),
};
