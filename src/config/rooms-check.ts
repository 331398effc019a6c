import { checkTeam } from './account-check.ts';
import type { Draft } from './draft.ts';
import type { Finding } from './explain.ts';
import type { Path } from './problem.ts';

type DraftRoom = Draft['bots'][number]['rooms'][number];

/** What cannot be seen in one room alone: accounts that must exist and be people's, and rooms that stand there twice. */
export function checkRooms(draft: Draft, rooms: readonly DraftRoom[], path: Path): Finding[] {
  const accounts = rooms.map(({ account }) => account);
  return [
    ...checkTeam(draft, accounts, (place) => [...path, place, 'account']),
    ...rooms.flatMap((room, place) => checkKind(draft, room, [...path, place, 'account'])),
    ...rooms.flatMap((room, place) => checkTwice(rooms, room, [...path, place])),
  ];
}

function checkKind(draft: Draft, { account }: DraftRoom, path: Path): Finding[] {
  const kind = draft.accounts.find(({ id }) => id !== undefined && id === account)?.kind;
  if (kind !== 'bot') return [];
  const message = `the account "${account}" is of kind: bot, but Discord lets only people give commands to a bot; name an account of kind: user`;
  return [{ path, message }];
}

/** Two lines for one account in one channel would let it draw twice as much at a time as was said. */
function checkTwice(rooms: readonly DraftRoom[], room: DraftRoom, path: Path): Finding[] {
  const isSame = (other: DraftRoom) => other.account === room.account && other.channelId === room.channelId;
  const first = rooms.findIndex(isSame);
  if (room.account === undefined || room.channelId === undefined || rooms[first] === room) return [];
  const message = `the same account and channel stand at position ${first} already; raise the concurrency there`;
  return [{ path, message }];
}
