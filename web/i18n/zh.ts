/** Chinese texts (简体中文): the same files and keys as the English ones. */
import type { en } from './en.ts';
import { accounts } from './zh/accounts.ts';
import { chat } from './zh/chat.ts';
import { common } from './zh/common.ts';
import { conversations } from './zh/conversations.ts';
import { draw } from './zh/draw.ts';
import { gallery } from './zh/gallery.ts';
import { keys } from './zh/keys.ts';
import { logs } from './zh/logs.ts';
import { overview } from './zh/overview.ts';
import { shell } from './zh/shell.ts';

/** All Chinese texts. */
export const zh: Readonly<Record<keyof typeof en, string>> = {
  ...accounts,
  ...keys,
  ...logs,
  ...chat,
  ...conversations,
  ...gallery,
  ...common,
  ...draw,
  ...overview,
  ...shell,
};
