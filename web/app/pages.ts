/** All pages, in the order of the menu. A new page is one entry here; see web/README.md. */
import type { ComponentType } from 'preact';
import type { TextKey } from '../i18n/index.ts';
import Accounts from '../pages/accounts/accounts.tsx';
import Chat from '../pages/chat/chat.tsx';
import Conversations from '../pages/conversations/conversations.tsx';
import Draw from '../pages/draw/draw.tsx';
import Gallery from '../pages/gallery/gallery.tsx';
import Keys from '../pages/keys/keys.tsx';
import Logs from '../pages/logs/logs.tsx';
import Overview from '../pages/overview/overview.tsx';
import type { IconName } from '../parts/icon.tsx';

/** A page of the interface. */
export interface Page {
  /** The first part of its address, and the name of its folder. */
  readonly id: string;
  readonly title: TextKey;
  readonly icon: IconName;
  readonly group: 'create' | 'operate';
  /** True for pages that only admin keys may see. */
  readonly adminOnly?: boolean;
  /** True for those that phones show in the bar below; the others are behind "More". At most four. */
  readonly isPrimary?: boolean;
  readonly Component: ComponentType;
}

/** The pages. */
export const PAGES: readonly Page[] = [
  {
    id: 'overview',
    title: 'nav.overview',
    icon: 'overview',
    group: 'operate',
    isPrimary: true,
    Component: Overview,
  },
  {
    id: 'chat',
    title: 'nav.chat',
    icon: 'chat',
    group: 'create',
    isPrimary: true,
    Component: Chat,
  },
  {
    id: 'draw',
    title: 'nav.draw',
    icon: 'draw',
    group: 'create',
    isPrimary: true,
    Component: Draw,
  },
  {
    id: 'gallery',
    title: 'nav.gallery',
    icon: 'gallery',
    group: 'create',
    isPrimary: true,
    Component: Gallery,
  },
  {
    id: 'conversations',
    title: 'nav.conversations',
    icon: 'conversations',
    group: 'create',
    Component: Conversations,
  },
  {
    id: 'accounts',
    title: 'nav.accounts',
    icon: 'accounts',
    group: 'operate',
    adminOnly: true,
    Component: Accounts,
  },
  {
    id: 'keys',
    title: 'nav.keys',
    icon: 'keys',
    group: 'operate',
    adminOnly: true,
    Component: Keys,
  },
  {
    id: 'logs',
    title: 'nav.logs',
    icon: 'logs',
    group: 'operate',
    adminOnly: true,
    Component: Logs,
  },
];

/** Where a visit begins. */
export const START = 'overview';
