import type { Endpoint } from './call.ts';
import { SpokenError } from './errors.ts';
import { success } from './render.ts';

/** Endpoints that look after the bots. */
export const UPKEEP_ENDPOINTS: readonly Endpoint[] = [
  {
    path: '/api/IsBotOnline',
    prefix: '获取失败:',
    hasStatus: true,
    async run({ service }, { caller }) {
      return success('获取成功', { status: service.isOnline(caller) });
    },
  },
  {
    path: '/api/keepalive',
    prefix: 'keepalive执行失败:',
    hasStatus: true,
    async run({ service }, { caller }) {
      const { failed } = await service.keepalive(caller);
      if (failed.length === 0) return success('keepalive执行成功');
      throw new SpokenError(
        'bot_failed',
        `机器人${failed.join('、')}没有应答，请管理员查看日志或运行cordgate check`,
      );
    },
  },
  {
    path: '/api/protocol/ReLogin',
    prefix: '重新登录失败:',
    hasStatus: true,
    async run({ service }, { caller, signal }) {
      await service.reconnect(caller, signal);
      return success('重新登录成功', { status: true });
    },
  },
];
