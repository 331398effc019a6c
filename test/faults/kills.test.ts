/** Kill -9 while tasks wait, are being sent, have been sent, and run. */
import './support/inject-store.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { expectOwnGrid, waitFor } from '../e2e/drawing/studio.ts';
import { clock, type Scene, type SceneOptions, startScene } from './support/scene.ts';

let scene: Scene;
afterEach(() => scene.close());

const MINUTE_MS = 60_000;
const ONE_AT_A_TIME = { room: { concurrency: 1 } };

async function start(options: Partial<SceneOptions> = {}): Promise<void> {
  scene = await startScene({ family: 'midjourney', mortal: true, ...options });
}

/** Kills the gateway at the moment in which the world fits, and starts it anew after a while. */
async function killWhen(fits: () => boolean, awayMs = 2_000): Promise<void> {
  await waitFor(fits, (isNow) => isNow, 20_000);
  scene.kill();
  await clock.leap(awayMs);
  await scene.start();
}

const rule = (behaviour: object) => scene.sim.script({ midjourney: behaviour });
const made = () => scene.sim.world.counts.interactionsCreated;
const messages = () =>
  [...scene.sim.world.channels.values()].flatMap((channel) => channel.messages.map(({ content }) => content));
const statusOf = async (id: string) => (await scene.store.findTask(id))?.status;

describe('a kill -9', () => {
  it('while tasks are queued leaves them their place, and each is drawn once', async () => {
    await start(ONE_AT_A_TIME);
    const ids = [];
    for (const prompt of ['first in line', 'second in line', 'third in line']) {
      ids.push(await scene.caller.imagine(prompt));
    }
    await killWhen(() => made() === 1);
    const tasks = await Promise.all(ids.map((id) => scene.caller.done(id, 20_000)));
    for (const task of tasks) await expectOwnGrid(task);
    expect(made()).toBe(3);
    const order = messages().filter((content) => content.includes('Open on website'));
    expect(order.map((content) => content.match(/\*\*(\w+) in line/)?.[1])).toEqual([
      'first',
      'second',
      'third',
    ]);
  }, 60_000);

  it('after a task was sent and before anything is shown settles it by the channel', async () => {
    await start();
    rule({ defaults: { startAfterMs: 6_000 } });
    const id = await scene.caller.imagine('sent and not seen');
    await killWhen(() => made() === 1, 30_000);
    await expectOwnGrid(await scene.caller.done(id, 20_000));
    expect(made()).toBe(1);
  }, 60_000);

  it('while a task runs lets it go on', async () => {
    await start();
    const id = await scene.caller.imagine('seen already');
    await killWhen(() => messages().some((content) => content.includes('(31%)')), 500);
    await expectOwnGrid(await scene.caller.done(id, 20_000));
    expect(made()).toBe(1);
  }, 60_000);

  it('between the note and the sending never sends it twice: it ends as Timeout and says so', async () => {
    await start();
    scene.sim.fault({ type: 'rest', action: 'hang', times: 1, method: 'POST', path: '/interactions' });
    const id = await scene.caller.imagine('noted, never sent');
    await waitFor(
      () => statusOf(id),
      (status) => status === 'submitted',
    );
    await killWhen(() => true);
    const task = await scene.caller.ended(id, 30_000);
    expect(task).toMatchObject({
      status: 'Timeout',
      failReason: expect.stringMatching(/never sent twice|timeoutMinutes/),
    });
    expect(made()).toBe(0);
  }, 60_000);

  it('before so long that nothing can come any more ends the task as Timeout, with the limit that it names', async () => {
    await start();
    rule({ match: 'lost for ever', noFinal: 31 });
    const id = await scene.caller.imagine('lost for ever');
    await killWhen(() => messages().some((content) => content.includes('(31%)')), 5 * MINUTE_MS);
    const task = await scene.caller.ended(id, 30_000);
    expect(task).toMatchObject({ status: 'Timeout', failReason: expect.stringContaining('timeoutMinutes') });
    expect(made()).toBe(1);
  }, 60_000);

  it('before so long that the caller has given up still finds what was drawn meanwhile', async () => {
    await start();
    const id = await scene.caller.imagine('drawn long ago');
    await killWhen(() => made() === 1, 30 * MINUTE_MS);
    await expectOwnGrid(await scene.caller.done(id, 30_000));
    expect(made()).toBe(1);
  }, 60_000);

  it('while a task waits for too long in the line ends it as Timeout, with queueMinutes', async () => {
    await start({ ...ONE_AT_A_TIME, bot: { queueMinutes: 3 } });
    rule({ match: 'in front', noFinal: 31 });
    const first = await scene.caller.imagine('in front');
    const second = await scene.caller.imagine('behind it');
    await killWhen(() => made() === 1, 4 * MINUTE_MS);
    expect(await scene.caller.ended(first, 30_000)).toMatchObject({ status: 'Timeout' });
    const late = await scene.caller.ended(second, 30_000);
    expect(late).toMatchObject({ status: 'Timeout', failReason: expect.stringContaining('queueMinutes') });
    expect(made()).toBe(1);
  }, 60_000);
});
