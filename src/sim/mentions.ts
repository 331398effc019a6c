import { isObject } from './form.ts';
import type { SimGuild, WireObject } from './model.ts';
import type { World } from './world.ts';

/** Whom a message pings. */
export interface Mentions {
  readonly users: string[];
  readonly roles: string[];
  readonly everyone: boolean;
}

/** What the reader of a message's mentions needs to know. */
export interface MentionContext {
  readonly world: World;
  /** Undefined in direct messages. */
  readonly guild: SimGuild | undefined;
  readonly content: string;
  /** The body's `allowed_mentions`; undefined allows everything. */
  readonly allowed: WireObject | undefined;
  readonly mayMentionEveryone: boolean;
  /** Author of the message replied to. */
  readonly repliedUserId?: string | undefined;
}

/** Finds the mentions of a text and keeps those that are allowed (Discord docs, "Allowed Mentions Object"). */
export function readMentions(context: MentionContext): Mentions {
  const { world, guild, content, allowed } = context;
  const users = idsIn(content, /<@!?(\d{1,20})>/g).filter(
    (id) => world.users.has(id) && permits(allowed, 'users', id),
  );
  const roles = idsIn(content, /<@&(\d{1,20})>/g).filter(
    (id) => guild?.roles.has(id) === true && permits(allowed, 'roles', id),
  );
  const replied = context.repliedUserId;
  const pingsReplied = replied !== undefined && (allowed === undefined || allowed.replied_user === true);
  const everyone =
    /@everyone|@here/.test(content) && context.mayMentionEveryone && parses(allowed, 'everyone');
  return { users: [...new Set(pingsReplied ? [...users, replied] : users)], roles, everyone };
}

function idsIn(content: string, pattern: RegExp): string[] {
  return [...new Set(Array.from(content.matchAll(pattern), (match) => match[1] ?? ''))];
}

function parses(allowed: WireObject | undefined, kind: string): boolean {
  if (allowed === undefined) return true;
  return Array.isArray(allowed.parse) && allowed.parse.includes(kind);
}

function permits(allowed: WireObject | undefined, kind: 'users' | 'roles', id: string): boolean {
  if (parses(allowed, kind)) return true;
  const listed = isObject(allowed) ? allowed[kind] : undefined;
  return Array.isArray(listed) && listed.map(String).includes(id);
}
