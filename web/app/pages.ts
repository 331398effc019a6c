/** All pages, in the order of the menu. A new page is one entry here; see web/README.md. */
import type { ComponentType } from 'preact';
import type { TextKey } from '../i18n/index.ts';
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
  /** Its code, loaded when it is first opened. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

/** The pages. */
export const PAGES: readonly Page[] = [
  {
    id: 'overview',
    title: 'nav.overview',
    icon: 'overview',
    group: 'operate',
    isPrimary: true,
    load: () => import('../pages/overview/overview.tsx'),
  },
  {
    id: 'chat',
    title: 'nav.chat',
    icon: 'chat',
    group: 'create',
    isPrimary: true,
    load: () => import('../pages/chat/chat.tsx'),
  },
  {
    id: 'draw',
    title: 'nav.draw',
    icon: 'draw',
    group: 'create',
    isPrimary: true,
    load: () => import('../pages/draw/draw.tsx'),
  },
  {
    id: 'gallery',
    title: 'nav.gallery',
    icon: 'gallery',
    group: 'create',
    isPrimary: true,
    load: () => import('../pages/gallery/gallery.tsx'),
  },
  {
    id: 'conversations',
    title: 'nav.conversations',
    icon: 'conversations',
    group: 'create',
    load: () => import('../pages/conversations/conversations.tsx'),
  },
  {
    id: 'accounts',
    title: 'nav.accounts',
    icon: 'accounts',
    group: 'operate',
    adminOnly: true,
    load: () => import('../pages/accounts/accounts.tsx'),
  },
  {
    id: 'keys',
    title: 'nav.keys',
    icon: 'keys',
    group: 'operate',
    adminOnly: true,
    load: () => import('../pages/keys/keys.tsx'),
  },
  {
    id: 'logs',
    title: 'nav.logs',
    icon: 'logs',
    group: 'operate',
    adminOnly: true,
    load: () => import('../pages/logs/logs.tsx'),
  },
];

/** Where a visit begins. */
export const START = 'overview';
