/** English texts: one file for each page. Keys begin with the name of the page. */
import { accounts } from './en/accounts.ts';
import { chat } from './en/chat.ts';
import { common } from './en/common.ts';
import { conversations } from './en/conversations.ts';
import { draw } from './en/draw.ts';
import { gallery } from './en/gallery.ts';
import { keys } from './en/keys.ts';
import { logs } from './en/logs.ts';
import { overview } from './en/overview.ts';
import { shell } from './en/shell.ts';

/** All English texts; the other languages have the same keys. */
export const en = {
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
