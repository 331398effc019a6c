/** What notices mean for the account, told with the place where a person can act: pure. */
import type { AccountNotice, NoticeReason, TaskRoom } from '../../core/task-driver.ts';
import type { NoticeMessage } from './parsed.ts';

/** The channel of a room in the official client. */
export function linkOf(room: Pick<TaskRoom<unknown>, 'guildId' | 'channelId'>): string {
  return `https://discord.com/channels/${room.guildId ?? '@me'}/${room.channelId}`;
}

/** The notice for the operator; undefined when it concerns only the task. */
export function noticeOf(
  says: NoticeMessage,
  room: Pick<TaskRoom<unknown>, 'guildId' | 'channelId'>,
): AccountNotice | undefined {
  return says.account && { ...says.account, text: says.text, link: linkOf(room) };
}

/** The account waits until a person has looked into the channel. */
export function pauseOf(
  reason: NoticeReason,
  text: string,
  room: Pick<TaskRoom<unknown>, 'guildId' | 'channelId'>,
): AccountNotice {
  return { consequence: 'pause', reason, text, link: linkOf(room) };
}
