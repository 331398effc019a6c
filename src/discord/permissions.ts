/** What a member may do. Source: Discord docs, "Permissions", section "Permission Overwrites". */
import type { Snowflake } from '../core/discord.ts';

/** A role, as far as permissions need it. */
export interface RoleGrant {
  readonly id: Snowflake;
  /** Decimal bit set. */
  readonly permissions: string;
}

/** An exception for a role or a member inside one channel or category. */
export interface Overwrite {
  /** Id of a role or a user. */
  readonly id: Snowflake;
  /** Decimal bit sets. */
  readonly allow: string;
  readonly deny: string;
}

/** Whom and where to compute for. */
export interface PermissionQuestion {
  readonly guildId: Snowflake;
  readonly ownerId: Snowflake;
  readonly userId: Snowflake;
  readonly memberRoleIds: readonly Snowflake[];
  readonly roles: readonly RoleGrant[];
  /** Of the channel or category; empty for the guild as a whole. */
  readonly overwrites: readonly Overwrite[];
}

const ADMINISTRATOR = 8n;
const EVERYTHING = (1n << 64n) - 1n;

const bits = (text: string): bigint => (/^\d+$/.test(text) ? BigInt(text) : 0n);

function apply(base: bigint, overwrites: readonly Overwrite[]): bigint {
  const deny = overwrites.reduce((sum, overwrite) => sum | bits(overwrite.deny), 0n);
  const allow = overwrites.reduce((sum, overwrite) => sum | bits(overwrite.allow), 0n);
  return (base & ~deny) | allow;
}

/** The bit set of what the member may do; all bits for owners and administrators. */
export function permissionsOf(question: PermissionQuestion): bigint {
  const { guildId, userId, memberRoleIds, overwrites } = question;
  if (userId === question.ownerId) return EVERYTHING;
  const held = new Set([guildId, ...memberRoleIds]);
  const base = question.roles
    .filter((role) => held.has(role.id))
    .reduce((sum, role) => sum | bits(role.permissions), 0n);
  if ((base & ADMINISTRATOR) !== 0n) return EVERYTHING;
  // The role of everyone has the guild's own id, and is overruled by the others.
  const everyone = overwrites.filter((overwrite) => overwrite.id === guildId);
  const roles = overwrites.filter(({ id }) => id !== guildId && memberRoleIds.includes(id));
  const member = overwrites.filter((overwrite) => overwrite.id === userId);
  return apply(apply(apply(base, everyone), roles), member);
}
