/**
 * The witness that the simulation is not our wish: the npm package `midjourney`, which drives the real bot, runs
 * unmodified over real sockets. It makes its own mistakes (it knows jobs by their prompt, and picks any bot's command
 * of a name), so there is one bot in the guild and one job at a time.
 */
import { Midjourney } from 'midjourney';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { drawPicture } from '../../src/sim/bots/midjourney/pictures.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';

let sim: Sim;
let client: Midjourney;
const previews: string[] = [];
const loading = (_url: string, progress: string) => void previews.push(progress);

beforeAll(async () => {
  // The package prints what it does.
  for (const method of ['log', 'info', 'warn'] as const)
    vi.spyOn(console, method).mockImplementation(() => {});
  sim = await startSim({ port: 0, speed: 200, limits: 'none', midjourney: { era: '2024' } });
  const { ready, world } = sim;
  world.guilds.get(ready.guildId)?.members.delete(ready.bots.niji.userId);
  client = new Midjourney({
    SalaiToken: ready.accounts.find(({ id }) => id === 'alice')?.token ?? '',
    ServerId: ready.guildId,
    ChannelId: ready.channels.midjourney ?? '',
    DiscordBaseUrl: new URL(ready.api).origin,
    WsBaseUrl: `${ready.gateway}/?encoding=json&v=9`,
    Ws: true,
    ApiInterval: 0,
  });
  await client.init();
});
afterAll(async () => {
  client.Close();
  await sim.close();
  vi.restoreAllMocks();
});

type Picture = NonNullable<Awaited<ReturnType<Midjourney['Imagine']>>>;

function found(picture: Picture | null | undefined) {
  if (!picture?.id || !picture.hash) throw new Error(`no picture: ${JSON.stringify(picture)}`);
  return { msgId: picture.id, hash: picture.hash, flags: picture.flags, content: picture.content, loading };
}

async function bytesOf(picture: Picture | null): Promise<number> {
  const response = await fetch(picture?.uri ?? '');
  return response.ok ? (await response.arrayBuffer()).byteLength : 0;
}

describe('the npm package "midjourney"', () => {
  let grid: Picture | null;

  it('imagines, with progress and a picture to fetch', async () => {
    grid = await client.Imagine('a lighthouse on a cliff', loading);
    expect(grid?.content).toMatch(/^\*\*a lighthouse on a cliff --v 6\.1\*\* - <@\d+> \(fast\)$/);
    expect(grid?.options?.map(({ label }) => label)).toEqual([
      ...['U1', 'U2', 'U3', 'U4', '🔄'],
      ...['V1', 'V2', 'V3', 'V4'],
    ]);
    expect(previews).toContain('31%');
    expect(await bytesOf(grid)).toBeGreaterThan(50);
  });

  it('upscales one of the four, and zooms out of it', async () => {
    const single = await client.Upscale({ index: 2, ...found(grid) });
    expect(single?.content).toMatch(/^\*\*.+\*\* - Image #2 <@\d+>$/);
    const wide = await client.ZoomOut({ level: '2x', ...found(single) });
    expect(wide?.content).toMatch(/ - Zoom Out by <@\d+> \(fast\)$/);
    expect(found(wide).hash).not.toBe(found(single).hash);
  });

  it('makes variations', async () => {
    const variation = await client.Variation({ index: 3, ...found(grid) });
    expect(variation?.content).toMatch(/ - Variations \(Strong\) by <@\d+> \(fast\)$/);
  });

  it('rolls again', async () => {
    const again = await client.Reroll(found(grid));
    expect(again?.content).toBe(grid?.content);
    expect(found(again).hash).not.toBe(found(grid).hash);
  });

  it('describes a picture', async () => {
    const bytes = Buffer.from(drawPicture({ seedText: 'a boat', format: 'png' }));
    const described = await client.DescribeByBlob(new Blob([bytes], { type: 'image/png' }));
    expect(described?.descriptions).toHaveLength(4);
    expect(described?.descriptions[0]).toMatch(/^1️⃣ /);
    expect(described?.options.map(({ custom }) => custom)).toContain('MJ::Job::PicReader::4');
  });

  it('shortens a prompt', async () => {
    const shortened = await client.Shorten('a very very long winding road through the hills at dusk');
    expect(shortened?.prompts).toHaveLength(5);
  });

  it('reads the account, its settings, and switches remix on and off', async () => {
    expect(await client.Info()).toMatchObject({
      subscription: expect.stringContaining('Standard'),
      jobMode: 'Fast',
      fastTimeRemaining: expect.stringMatching(/^\d+\.\d\d\/15\.0 hours/),
      runningJobs: 'None',
    });
    const remixStyle = async () =>
      (await client.Settings())?.options.find(({ label }) => label === 'Remix mode')?.style;
    expect(await remixStyle()).toBe(2);
    expect(await client.SwitchRemix()).toMatch(/^Remix mode turned on!/);
    expect(await remixStyle()).toBe(3);
    expect(await client.SwitchRemix()).toMatch(/^Remix mode turned off!/);
  });

  it('hears of a refusal by the words of the bot', async () => {
    sim.script({ midjourney: { match: 'forbidden', notice: 'banned-prompt-detected' } });
    await expect(client.Imagine('a forbidden thing')).rejects.toThrow('Our AI moderator thinks');
  });
});
