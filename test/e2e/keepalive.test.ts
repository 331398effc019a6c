/** The keepalive against the simulated Discord: what arrives there, and where. */
import { afterEach, expect, it, vi } from 'vitest';
import { startSim } from '../../src/sim/index.ts';
import { gatewayChannels, pause, promptsOf } from './scene.ts';
import { configFor, type EndToEnd, fasterClock, frontOf, KEY, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

const ping = { everyMinutes: 2, maxIdleMinutes: 1, channel: 'pulse', message: 'are you there?' };

const keepalive = async () => (await fetch(`${world.url}/api/keepalive?key=${KEY}`)).json();

it('the ping of an idle bot goes to the named channel, by timer, again and again', async () => {
  world = await startBoth({ speed: 200 }, { keepalive: ping }, {}, fasterClock(120));
  await vi.waitFor(() => expect(promptsOf(world.sim).length).toBeGreaterThanOrEqual(2), 10_000);
  const mention = `<@${world.sim.ready.bots.coze.userId}>`;
  const prompts = promptsOf(world.sim);
  expect(new Set(prompts.map(({ content }) => content))).toEqual(new Set([`${mention} are you there?`]));
  const places = new Set(prompts.map(({ channelId }) => channelId));
  expect(gatewayChannels(world.sim).flatMap(({ id, name }) => (places.has(id) ? [name] : []))).toEqual([
    'pulse',
  ]);
  await vi.waitFor(async () => expect(await keepalive()).toMatchObject({ code: 200 }));
});

it('a call sends the ping into a channel that the operator gave, once the bot was idle for long enough', async () => {
  const sim = await startSim({ port: 0, speed: 200, limits: 'none' });
  const general = sim.ready.channels.general ?? '';
  const bot = { keepalive: { ...ping, everyMinutes: 0 }, conversations: { pulse: general } };
  world = await frontOf(sim, configFor(sim, bot), fasterClock(120));
  expect(await keepalive()).toMatchObject({ code: 200, message: 'keepalive执行成功' });
  expect(promptsOf(sim)).toEqual([]);
  await pause(600);
  expect(await keepalive()).toMatchObject({ code: 200 });
  expect(promptsOf(sim).map(({ channelId }) => channelId)).toEqual([general]);
  sim.script({ silent: true });
  await pause(600);
  expect(await keepalive()).toMatchObject({ message: expect.stringContaining('没有应答') });
});
