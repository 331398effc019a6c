/** What the gateway's errors are called in this dialect, whose messages are Chinese. */
import type { ErrorCode } from '../../core/errors.ts';

/** A sentence for one error code: what happened, why, what to do. */
export interface Sentence {
  readonly text: string;
  /** True when the gateway's own message (English) says more: which limit, which account, Discord's code. */
  readonly hasDetail: boolean;
}

const plain = (text: string): Sentence => ({ text, hasDetail: false });
const detailed = (text: string): Sentence => ({ text, hasDetail: true });

/** The message of the Bridge for a bad key or address, to the letter. */
export const NO_ACCESS = '无权访问本服务';

/** Every error code of the gateway in Chinese. Where the Bridge had a wording, it is kept. */
export const SENTENCES: Readonly<Record<ErrorCode, Sentence>> = {
  invalid_request: detailed('请求有误，请对照文档检查参数'),
  unsupported_parameter: detailed('参数不受支持：Discord机器人做不到，请去掉该参数'),
  conversation_given: plain(
    '该对话在配置文件的bots[].conversations中设置，不能通过接口改名或删除，请修改配置文件',
  ),
  media_invalid: detailed('图片无法使用：只支持png、jpeg、webp、gif，且不能为空或过大，请换一张图片'),
  media_unreachable: detailed('图片链接无法读取：请检查链接，或改用base64上传'),
  media_forbidden: detailed('图片链接被拒绝：指向的不是公网地址，请换用公网链接，或改用base64上传'),
  missing_key: plain(NO_ACCESS),
  invalid_key: plain(NO_ACCESS),
  address_not_allowed: plain(NO_ACCESS),
  bot_not_allowed: plain(
    `${NO_ACCESS}：当前密钥没有可用的机器人，请在auth.keys的bots中添加机器人，或换一个密钥`,
  ),
  admin_only: plain(`${NO_ACCESS}：此操作需要管理员密钥`),
  not_found: plain('终结点不存在'),
  model_not_found: plain('模型不存在：没有机器人提供该模型，可用的模型见/v1/models'),
  task_not_found: plain('任务不存在：请使用提交任务时返回的编号'),
  account_not_found: plain('Discord账号不存在：请使用配置文件accounts中的id'),
  conversation_not_found: plain('当前对话不存在'),
  method_not_allowed: plain('请求方法不受支持，请使用GET或POST'),
  conversation_exists: plain('对话已存在：请换一个名称，或直接使用已有的对话'),
  parent_unfinished: plain('原任务尚未成功：请等待其完成，或选择其他任务'),
  action_not_offered: detailed('原任务没有提供该操作：请从其状态列出的按钮中选择'),
  prompt_refused: detailed('提示词被拒绝：含有违禁词，或未通过机器人的审核，请修改后重试'),
  body_too_large: detailed('请求体过大：请换用更小的图片，或让管理员调大server.bodyLimitMb'),
  queue_full: detailed('排队已满：等待中的请求太多，请减少并发后重试'),
  channels_full: detailed('频道数量已达上限：请删除不用的对话，或让管理员调大maxChannels'),
  account_limited: detailed('发送账号的额度已用完：请等待额度恢复，或让管理员添加发送账号'),
  too_many_requests: detailed('请求过于频繁：已超过本服务的限制，请放慢速度，或让管理员调大限制'),
  too_many_streams: detailed('同时进行的流式回答过多：请稍后重试，或让管理员调大server.limits.streams'),
  key_not_found: plain('密钥不存在'),
  key_exists: plain('同名密钥已存在'),
  key_given: plain('该密钥在配置文件中设置：请修改cordgate.yaml'),
  rate_limited: detailed('Discord要求放慢速度，请稍后重试'),
  slow_down: detailed('操作过于频繁：机器人要求等待，请稍后重试'),
  bot_exhausted: detailed('Coze机器人的额度已用完：请等待额度恢复，或让管理员添加Coze机器人'),
  internal: plain('服务内部错误：请把响应头x-request-id的内容告诉管理员，以便查找日志'),
  bot_failed: detailed('机器人返回了错误信息，请稍后重试'),
  command_missing: detailed('机器人在该频道没有提供此命令：请管理员确认机器人已加入该服务器'),
  command_outdated: detailed('机器人的命令已更新：命令列表正在重新读取，请重试'),
  parent_gone: detailed('原任务的消息或账号已不存在：请重新生成图片'),
  not_repeatable: plain('任务附带的图片未保存：请重新提交'),
  task_stopped: plain('任务已取消：如仍需要，请重新提交'),
  discord_refused: detailed('Discord拒绝了本服务的操作：请管理员运行cordgate check查找原因'),
  discord_unreachable: detailed('无法连接Discord：请管理员检查网络和代理设置，稍后重试'),
  human_required: detailed('需要人工处理：请管理员登录该Discord账号完成验证，再重新启用'),
  account_disabled: detailed('Discord账号已停用或Token已失效：请管理员更换Token后重新启动'),
  no_account: detailed('当前没有可用的账号：原因见/client/online'),
  account_offline: detailed('接收消息的Discord账号未连接：正在重连，请稍后重试'),
  bot_busy: detailed('机器人当前过于繁忙，请稍后重试'),
  queue_timeout: detailed('排队等待超时：前面的回答耗时过长，请稍后重试'),
  store_unavailable: detailed('存储暂时不可用，请稍后重试'),
  shutting_down: plain('服务正在停止，请稍后重试'),
  answer_timeout: detailed(
    '超时无回应：机器人没有开始生成，它可能已离线或忽略了发送账号，请管理员运行cordgate check查找原因',
  ),
  task_timeout: detailed('任务超时：机器人未在规定时间内完成，请管理员查看频道，或调大timeoutMinutes'),
  discord_timeout: detailed('Discord响应超时，请稍后重试'),
};
