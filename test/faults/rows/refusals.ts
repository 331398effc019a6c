/** What Discord refuses for good, or until somebody acts. */
import { expect } from 'vitest';
import {
  type Cell,
  COLUMNS,
  type ColumnName,
  type Expected,
  type NotHere,
  type Row,
} from '../support/table.ts';

const isChat = (name: ColumnName) => name === 'chat' || name === 'stream';

function cells(make: (name: ColumnName) => Cell | NotHere): Row['cells'] {
  return Object.fromEntries(COLUMNS.map((name) => [name, make(name)])) as Row['cells'];
}

const DEAD = { status: 503, code: 'account_disabled', reason: /"bridge"/ } as const;
const DEAD_TASK: Expected = { task: 'Failed', reason: /"alice"/ };

function deadToken(name: ColumnName): Cell {
  const expected = isChat(name) ? DEAD : DEAD_TASK;
  return {
    must: isChat(name)
      ? 'a dead token is told by name as 503, inside a stream before its end'
      : 'a dead token ends the task with the account’s name, and new ones are refused',
    moments: ['before', 'sent', 'middle'],
    expects: {
      before: expected,
      sent: expected,
      // The status of a stream has gone out by then: the error stands in it.
      middle: name === 'stream' ? { ...DEAD, status: 200 } : expected,
    },
  };
}

function captcha(name: ColumnName): Cell {
  const before: Expected = isChat(name)
    ? { status: 503, code: 'human_required', reason: /captcha/i }
    : { task: 'Failed', reason: /captcha/i };
  return {
    must: isChat(name)
      ? 'a captcha is told as 503 human_required and never answered'
      : 'a captcha ends the task with that reason, pauses the account, and is never answered',
    moments: ['before'],
    expects: { before },
  };
}

function outdated(name: ColumnName): Cell | NotHere {
  if (isChat(name)) return { notHere: 'a prompt is a message: no command, no version' };
  if (name === 'upscale') return { notHere: 'a button is pressed by its custom id: it has no version' };
  return {
    must: `the commands are read anew, and ${name} is sent once more with the new version`,
    moments: ['before'],
  };
}

/** The rows. */
export const REFUSAL_ROWS: readonly Row[] = [
  {
    name: 'the token is dead (401, close code 4004)',
    seen: '503 `account_disabled` with the name of the account; running tasks end as `Failed` with it; other accounts go on',
    cells: cells(deadToken),
    spoils: true,
    cause: (scene) => scene.sim.fault({ type: 'revoke-token', account: scene.account }),
  },
  {
    name: 'Discord asks for a captcha',
    seen: 'chats: 503 `human_required`; tasks: `Failed` with that reason, the account is `paused` until the operator resumes it',
    cells: cells(captcha),
    spoils: true,
    cause: (scene) => scene.sim.fault({ type: 'captcha', on: 'both', times: 100 }),
    async check(scene) {
      expect(scene.sends).toBe(scene.family === 'coze' ? 0 : scene.sendsBefore);
      if (scene.family !== 'coze') expect(await scene.caller.account()).toMatchObject({ state: 'paused' });
    },
  },
  {
    name: 'the command has a new version',
    seen: 'nothing: the commands are read anew',
    cells: cells(outdated),
    warmUp: true,
    cause(scene) {
      if (scene.family === 'pika') scene.sim.script({ pika: { bumpVersions: true } });
      else scene.sim.script({ midjourney: { bumpVersions: true } });
    },
  },
];
