/** Runs cells of the fault matrix. */
import { describe, expect, it } from 'vitest';
import type { WorldEvent } from '../../../src/sim/world.ts';
import { type Answer, type Column, columns, isEnd } from './columns.ts';
import { isSend, type Scene, startScene } from './scene.ts';
import {
  type Cell,
  COLUMNS,
  type ColumnName,
  type Expected,
  isTested,
  type Moment,
  type Row,
} from './table.ts';

/** Requests of one moment: the second is the same as the first. */
const PAIR = 2;

/** Cells that run at a time: each waits for its time to pass more than it works. */
const AT_ONCE = 12;

/** Real milliseconds: the first test waits for the turns of others, too. */
const TEST_MS = 240_000;

/** A test for each cell that applies. The first one starts them all. */
export function runRows(rows: readonly Row[], atOnce = AT_ONCE): void {
  const cells = rows.flatMap((row) =>
    COLUMNS.flatMap((name) => {
      const cell = row.cells[name];
      return isTested(cell) ? [{ row, name, cell }] : [];
    }),
  );
  const actions = cells.map((each) => () => runCell(each.row, each.name, each.cell));
  const results = lazily(() => inTurns(actions, atOnce));
  for (const row of rows) {
    describe(row.name, () => {
      for (const [position, { row: own, name, cell }] of cells.entries()) {
        if (own === row) it(`${name}: ${cell.must}`, () => results()[position], TEST_MS);
      }
    });
  }
}

/** Runs all, so many at a time, in their order. */
function inTurns(actions: readonly (() => Promise<void>)[], atOnce: number): Promise<void>[] {
  let running = 0;
  const waiting: (() => void)[] = [];
  return actions
    .map(async (action) => {
      if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      running += 1;
      try {
        await action();
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    })
    .map((result) => {
      // Each is looked at by its own test, later.
      result.catch(() => {});
      return result;
    });
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

async function runCell(row: Row, name: ColumnName, cell: Cell): Promise<void> {
  if (row.spoils) {
    await Promise.all(cell.moments.map((moment) => inScene(row, name, cell, [moment])));
  } else {
    await inScene(row, name, cell, cell.moments);
  }
}

async function inScene(row: Row, name: ColumnName, cell: Cell, moments: readonly Moment[]): Promise<void> {
  const { family } = columns[name];
  const scene = await startScene({ family, ...(await row.scene?.(name)) });
  try {
    await columns[name].prepare?.(scene);
    for (const moment of moments) await runMoment(row, name, cell, moment, scene);
  } finally {
    await scene.close();
    await row.cleanUp?.(scene);
  }
}

async function runMoment(
  row: Row,
  name: ColumnName,
  cell: Cell,
  moment: Moment,
  scene: Scene,
): Promise<void> {
  const column = columns[name];
  if (row.warmUp) await Promise.all(column.ask(scene, `before-${moment}`, 'prompt'));
  scene.sendsBefore = scene.sends;
  const caused = arrange(row, name, moment, scene);
  await caused.beforehand;
  scene.tag = `${moment}-of-it`;
  scene.leaving = new AbortController();
  const asked = Promise.all(column.ask(scene, scene.tag, row.manner ?? 'prompt'));
  if (moment === 'before') await row.afterwards?.(scene);
  const answers = await Promise.race([asked, caused.failure]);
  await caused.relieved;
  expect(caused.happened, `the fault happened (${moment})`).toBe(true);
  const staying = answers.filter(({ hasLeft }) => !hasLeft);
  for (const answer of staying) await judge(answer, cell.expects?.[moment] ?? 'served', moment);
  judgeCounts(answers, scene, scene.sends - scene.sendsBefore, moment);
  await row.check?.(scene, name, answers);
  scene.sim.fault({ type: 'clear' });
}

/** Lets the fault happen at its moment. */
function arrange(row: Row, name: ColumnName, moment: Moment, scene: Scene) {
  let fail = (_: unknown) => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => {});
  const arranged = { happened: false, beforehand: Promise.resolve(), relieved: Promise.resolve(), failure };
  const cause = async () => {
    arranged.happened = true;
    await row.cause(scene, moment, name);
  };
  if (moment === 'before') arranged.beforehand = cause();
  else onceBoth(scene, isMoment(moment, columns[name], scene), () => void cause().catch(fail));
  if (moment === 'away') {
    onceBoth(scene, newEnd(scene), () => {
      arranged.relieved = Promise.resolve(row.relieve?.(scene));
      arranged.relieved.catch(fail);
    });
  }
  return arranged;
}

function isMoment(moment: Moment, column: Column, scene: Scene): (event: WorldEvent) => boolean {
  return moment === 'sent' ? (event) => isSend(event, scene.userId) : column.isMiddle;
}

/** The end of a job that begins from now on. */
function newEnd({ sim }: Scene): (event: WorldEvent) => boolean {
  const now = BigInt(sim.world.newId());
  return (event) => isEnd(event) && BigInt(event.message?.id ?? 0) > now;
}

/** Acts once an event of the kind has happened to both. */
function onceBoth(scene: Scene, fits: (event: WorldEvent) => boolean, action: () => void): void {
  const seen = new Set<unknown>();
  const stop = scene.sim.world.listen((event) => {
    if (!fits(event)) return;
    seen.add(event.message?.id ?? event.data?.id);
    if (seen.size < PAIR) return;
    stop();
    action();
  });
}

async function judge(answer: Answer, expected: Expected, moment: Moment): Promise<void> {
  const { served, status, code, task, reason } = answer;
  const told = { moment, served, status, code, task, reason };
  if (expected === 'served') {
    expect(told, JSON.stringify(told)).toMatchObject({ served: true, reason: '' });
    await answer.own();
    return;
  }
  const isTask = task !== undefined;
  const { status: wanted, code: wantedCode, task: end, reason: words } = expected;
  expect(told, JSON.stringify(told)).toMatchObject({
    served: false,
    ...(isTask && end ? { task: end } : {}),
    ...(!isTask && wanted ? { status: wanted } : {}),
    ...(!isTask && code !== undefined && wantedCode ? { code: wantedCode } : {}),
    reason: expect.stringMatching(words),
  });
}

/** Nothing twice: no nonce made two, no request was sent twice, and no two answers are the same one. */
function judgeCounts(answers: readonly Answer[], scene: Scene, sends: number, moment: Moment): void {
  const served = answers.filter((answer) => answer.served);
  expect(new Set(served.map(({ identity }) => identity)).size, `two answers are one (${moment})`).toBe(
    served.length,
  );
  expect(sends, `sent too often (${moment})`).toBeLessThanOrEqual(PAIR);
  expect(sends, `an answer without a question (${moment})`).toBeGreaterThanOrEqual(served.length);
  const twice = [...scene.sim.world.counts.messagesPerNonce].filter(([, count]) => count > 1);
  expect(twice).toEqual([]);
}
