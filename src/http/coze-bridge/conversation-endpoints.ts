import type { Endpoint } from './call.ts';
import { renderConversation, renderConversations, renderLatest, success } from './render.ts';
import { addressOf, freshNameOf, neededAddressOf, neededNewNameOf } from './schema.ts';

/** Endpoints that make, find, name and end conversations. */
export const CONVERSATION_ENDPOINTS: readonly Endpoint[] = [
  {
    path: '/api/CreateConversation',
    prefix: '创建对话失败:',
    hasStatus: true,
    async run({ service }, { caller, parameters, signal }) {
      const made = await service.createConversation(caller, freshNameOf(parameters), signal);
      return success('创建子频道成功!', renderConversation(made));
    },
  },
  {
    path: '/api/DeleteConversation',
    prefix: '删除对话失败:',
    hasStatus: true,
    async run({ service }, { caller, parameters }) {
      await service.deleteConversation(caller, neededAddressOf(parameters));
      return success('删除对话成功', { status: true });
    },
  },
  {
    path: '/api/RenameConversation',
    prefix: '重命名对话失败:',
    hasStatus: true,
    async run({ service }, { caller, parameters }) {
      const newName = neededNewNameOf(parameters);
      const renamed = await service.renameConversation(caller, neededAddressOf(parameters), newName);
      return success('修改名称成功', { status: true, ...renderConversation(renamed) });
    },
  },
  {
    path: '/api/ConversationIsFound',
    prefix: '获取失败:',
    hasStatus: true,
    async run({ service }, { caller, parameters }) {
      const address = addressOf(parameters);
      const found = address === undefined ? undefined : await service.findConversation(caller, address);
      if (!found) return success('当前对话不存在', { status: false });
      return success('当前对话存在', { status: true, ...renderConversation(found) });
    },
  },
  {
    path: '/api/GetConversations',
    prefix: '获取对话列表失败:',
    // Here `data` maps names: a "status" in it would be a conversation.
    hasStatus: false,
    async run({ service }, { caller }) {
      return success('获取对话列表成功', renderConversations(await service.listConversations(caller)));
    },
  },
  {
    path: '/api/GetLatestMessage',
    prefix: '',
    hasStatus: true,
    async run({ service }, { caller, parameters, signal }) {
      return renderLatest(await service.latestAnswer(caller, neededAddressOf(parameters), signal));
    },
  },
];
