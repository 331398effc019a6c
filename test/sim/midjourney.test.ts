/** The tasks of the simulated Midjourney bot as a driver meets them. */
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/core/discord.ts';
import { colourOf, derivedText, drawPicture, quadrantText } from '../../src/sim/bots/midjourney/pictures.ts';
import type { SimOptions } from '../../src/sim/index.ts';
import { buttonsOf, jobIdOf, Scene } from './midjourney-scene.ts';

let scene: Scene;
afterEach(() => scene.close());

function start(options: SimOptions & { niji?: boolean } = {}): Scene {
  scene = new Scene(options);
  return scene;
}

const who = () => `<@${scene.userId}>`;
const link = (message: Message) =>
  `[(Open on website for full quality)](<https://midjourney.com/jobs/${jobIdOf(message)}>)`;
const SMALL_PRINT =
  '\n-# Create, explore, and organize on [midjourney.com](<https://midjourney.com/imagine?from_discord=1>)';

/** The colour in the middle of the left upper corner, and that of the band below. */
async function colours(message: Message): Promise<number[][]> {
  const at = (left: number, top: number) =>
    sharp(scene.bytesOf(message)).removeAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
  return [[...(await at(4, 4))], [...(await at(4, 60))]];
}

describe('imagine', () => {
  it('starts with the nonce, counts up, is deleted and comes again with the picture', async () => {
    start({ midjourney: { era: '2024' } });
    await scene.draw('a  small cat');
    const p = '**a small cat --v 6.1**';
    expect(scene.story()).toEqual([
      `create ${p} - ${who()} (Waiting to start)`,
      ...[0, 15, 31, 46, 62, 78, 93].map((percent) => `update ${p} - ${who()} (${percent}%) (fast)`),
      'delete',
      `create ${p} - ${who()} (fast)`,
    ]);
    expect(scene.changes[0]).toMatchObject({
      message: {
        nonce: scene.nonce,
        author: { id: scene.built.midjourneyUserId },
        interaction: { name: 'imagine' },
      },
    });
    expect(scene.result().nonce).toBeUndefined();
    expect(scene.result().attachments?.[0]?.filename).toBe(
      `alice_a_small_cat_${jobIdOf(scene.result())}.png`,
    );
    expect(scene.events.map(({ type }) => type)).toEqual(['interaction-created', 'interaction-succeeded']);
  });

  it('speaks as of 2026 unless told otherwise', async () => {
    const grid = await start().draw('a small cat');
    expect(grid.content).toBe(`**a small cat --v 7.0** - ${who()} ${link(grid)} (fast)${SMALL_PRINT}`);
    expect(grid.attachments?.[0]).toMatchObject({
      filename: `alice_a_small_cat_${jobIdOf(grid)}.webp`,
      content_type: 'image/webp',
      width: 64,
    });
    expect(buttonsOf(grid).at(-1)).toEqual({
      type: 2,
      style: 5,
      label: 'Web',
      url: `https://www.midjourney.com/jobs/${jobIdOf(grid)}?index=0`,
    });
    const previews = scene.changes.flatMap((change) =>
      change.type === 'message-updated' ? (change.message.attachments ?? []) : [],
    );
    expect(previews.map(({ filename }) => filename)).toEqual(
      [1, 2, 3, 4, 5, 6].map((step) => `${jobIdOf(grid)}_0_step_${step}.jpeg`),
    );
  });

  it('draws a picture whose colours come from the prompt and from the nonce', async () => {
    const grid = await start().draw('a small cat');
    const [prompt, mark] = await colours(grid);
    expect(prompt).toEqual([...colourOf('a small cat#1')]);
    expect(mark).toEqual([...colourOf(scene.nonce)]);
  });

  it('is niji on the other bot', async () => {
    const grid = await start({ niji: true }).draw('a small cat');
    expect(grid.content).toContain('**a small cat --niji 7**');
    expect(grid.author?.id).toBe('1022952195194359889');
  });

  it('names the speed that the prompt asks for and keeps it in the prompt', async () => {
    const grid = await start({ midjourney: { era: '2024' } }).draw('a car --relax --ar 17:31');
    expect(grid.content).toBe(`**a car --ar 17:31 --relax --v 6.1** - ${who()} (relaxed)`);
  });

  it('makes a film when the prompt says --video', async () => {
    const film = await start().draw('a running dog --video');
    expect(film.content).toContain('--video 1 --aspect 1:1**');
    expect(buttonsOf(film)[0]?.custom_id).toBe(`MJ::JOB::video_virtual_upscale::1::${jobIdOf(film)}`);
  });

  it('refuses an empty prompt, and one of parameters only', async () => {
    start();
    await scene.imagine('  ');
    await scene.imagine('--ar 3:2');
    await scene.settle();
    expect(scene.shown().map(({ embeds }) => embeds?.[0]?.title)).toEqual(['Empty prompt', 'Invalid prompt']);
  });
});

describe('U', () => {
  it('shows one picture of the four as a reply, and turns its button blue', async () => {
    start({ midjourney: { era: '2024' } });
    const grid = await scene.draw('a small cat');
    const single = await scene.pressed(grid, 'U3');
    expect(single).toMatchObject({
      content: `**a small cat --v 6.1** - Image #3 ${who()}`,
      type: 19,
      message_reference: { message_id: grid.id },
    });
    expect(scene.story()).toContain(
      `create Upscaling image #3 with **a small cat --v 6.1** - ${who()} (Waiting to start)`,
    );
    expect(single.attachments?.[0]?.filename).toMatch(/\.png$/);
    expect((await colours(single))[0]).toEqual([...colourOf(quadrantText('a small cat', 3))]);
    const edited = scene.shown().find(({ id }) => id === grid.id);
    expect(buttonsOf(edited ?? grid).map(({ style }) => style)).toEqual([2, 2, 1, 2, 2, 2, 2, 2, 2]);
  });
});

describe('buttons that draw', () => {
  const ofGrid = [
    ['V2', 'Making variations for image #2 with prompt ', '- Variations (Strong) by @ (fast)', 'variation 2'],
    ['MJ::JOB::reroll', 'Rerolling ', '- @ (fast)', 'reroll 0'],
  ] as const;
  it.each(ofGrid)('%s of a grid', async (button, prefix, ending, drawnAs) => {
    start({ midjourney: { era: '2024' } });
    const grid = await scene.draw('a cat');
    const made = await scene.pressed(grid, button);
    expect(scene.story()).toContain(`create ${prefix}**a cat --v 6.1** - ${who()} (Waiting to start)`);
    expect(made.content).toBe(`**a cat --v 6.1** ${ending.replace('@', who())}`);
    expect(made.message_reference?.message_id).toBe(grid.id);
    expect(jobIdOf(made)).not.toBe(jobIdOf(grid));
    const [kind = '', index = ''] = drawnAs.split(' ');
    const drawn = derivedText('a cat', kind, Number(index));
    expect((await colours(made))[0]).toEqual([...colourOf(quadrantText(drawn, 1))]);
  });

  const ofSingle = [
    ['Upscale (Subtle)', '**a cat --ar 3:2 --v 6.1** - Upscaled (Subtle) by @ (fast)'],
    ['Upscale (Creative)', '**a cat --ar 3:2 --v 6.1** - Upscaled (Creative) by @ (fast)'],
    ['Vary (Subtle)', '**a cat --ar 3:2 --v 6.1** - Variations (Subtle) by @ (fast)'],
    ['Vary (Strong)', '**a cat --ar 3:2 --v 6.1** - Variations (Strong) by @ (fast)'],
    ['Zoom Out 2x', '**a cat --ar 3:2 --v 6.1** - Zoom Out by @ (fast)'],
    ['Zoom Out 1.5x', '**a cat --ar 3:2 --v 6.1** - Zoom Out by @ (fast)'],
    ['Make Square', '**a cat --v 6.1 --ar 1:1** - Zoom Out by @ (fast)'],
    ['MJ::JOB::pan_left', '**a cat --v 6.1 --ar 3:2** - Pan Left by @ (fast)'],
    ['MJ::JOB::pan_right', '**a cat --v 6.1 --ar 3:2** - Pan Right by @ (fast)'],
    ['MJ::JOB::pan_up', '**a cat --v 6.1 --ar 2:3** - Pan Up by @ (fast)'],
    ['MJ::JOB::pan_down', '**a cat --v 6.1 --ar 2:3** - Pan Down by @ (fast)'],
  ] as const;
  it.each(ofSingle)('%s of a single picture', async (button, text) => {
    start({ midjourney: { era: '2024' } });
    const single = await scene.pressed(await scene.draw('a cat --ar 3:2'), 'U1');
    const made = await scene.pressed(single, button);
    expect(made.content).toBe(text.replace('@', who()));
    expect(made.message_reference?.message_id).toBe(single.id);
  });

  it('names every upscale alike since v7, in a file of another name than the job', async () => {
    start();
    const single = await scene.pressed(await scene.draw('a cat'), 'U1');
    const large = await scene.pressed(single, 'Upscale (Creative)');
    expect(large.content).toBe(`**a cat --v 7.0** - Upscaled by ${who()} (fast)`);
    expect(large.attachments?.[0]?.filename).not.toContain(jobIdOf(large));
    expect(buttonsOf(large).map(({ label }) => label)).toContain('Redo Upscale (Subtle)');
    expect(scene.story().some((line) => line.includes('- Upscaling by'))).toBe(true);
  });

  const families = [
    ['5.2', 'upsample_v5_2x', 'upsample_v5_4x'],
    ['6', 'upsample_v6_2x_subtle', 'upsample_v6_2x_creative'],
    ['6.1', 'upsample_v6r1_2x_subtle', 'upsample_v6r1_2x_creative'],
    ['7', 'upsample_v7_2x_subtle', 'upsample_v7_2x_creative'],
  ] as const;
  it.each(families)('upscales v%s by its own buttons', async (version, first, second) => {
    start();
    const single = await scene.pressed(await scene.draw(`a cat --v ${version}`), 'U1');
    const ids = buttonsOf(single).map(({ custom_id: id }) => id?.split('::')[2]);
    expect(ids.slice(0, 2)).toEqual([first, second]);
  });

  it('offers no upscales, zooms and pans since v8', async () => {
    start();
    const single = await scene.pressed(await scene.draw('a cat --v 8'), 'U1');
    const labels = buttonsOf(single).map(({ label, custom_id: id }) => label ?? id?.split('::')[1]);
    expect(labels).toEqual([
      ...['Vary (Subtle)', 'Vary (Strong)', 'Vary (Region)'],
      ...['Animate (High motion)', 'Animate (Low motion)', 'BOOKMARK', 'Web'],
    ]);
  });

  it('animates, shows single clips and extends them', async () => {
    start();
    const single = await scene.pressed(await scene.draw('a cat --no dogs'), 'U1');
    const film = await scene.pressed(single, 'Animate (High motion)');
    expect(film.content).toMatch(
      /^\*\*a cat --motion high --video 1 --aspect 1:1\*\* - <@\d+> \[.+\) \(fast\)$/,
    );
    expect(film.attachments?.[0]).toMatchObject({ content_type: 'image/webp' });
    expect((await sharp(scene.bytesOf(film), { animated: true }).metadata()).pages).toBe(2);
    expect(scene.story().some((line) => line.startsWith('create Creating video with prompt **a cat '))).toBe(
      true,
    );
    expect(scene.story()).toContain('update Animating...');
    expect(scene.story().some((line) => line.includes('(100%)'))).toBe(true);
    const clip = await scene.pressed(film, 'U2');
    expect(clip.content).toMatch(/ - Image #2 <@\d+>$/);
    const longer = await scene.pressed(clip, 'Extend (Low motion)');
    expect(longer.content).toContain(' - Extended by ');
  });
});

describe('forms', () => {
  it('opens one for a custom zoom and draws what comes back, marked by the nonce of the press', async () => {
    start({ midjourney: { era: '2024' } });
    const single = await scene.pressed(await scene.draw('a cat'), 'U1');
    await scene.press(single, 'Custom Zoom');
    const mark = scene.nonce;
    await scene.settle();
    expect(scene.modal()).toMatchObject({
      nonce: mark,
      customId: `MJ::OutpaintCustomZoomModal::${jobIdOf(single)}`,
      components: [
        {
          components: [{ custom_id: 'MJ::OutpaintCustomZoomModal::prompt', value: 'a cat --v 6.1 --zoom 2' }],
        },
      ],
    });
    await scene.submit('a cat in a hat --v 6.1 --zoom 1.8');
    await scene.settle();
    const made = scene.result();
    expect(made).toMatchObject({
      content: `**a cat in a hat --v 6.1** - Zoom Out by ${who()} (fast)`,
      message_reference: { message_id: single.id },
    });
    expect((await colours(made))[1]).toEqual([...colourOf(mark)]);
    expect(scene.story()).toContain(`create **a cat in a hat --v 6.1** - ${who()} (Waiting to start)`);
  });

  const remixed = [
    ['V2', 'MJ::RemixModal::@::2::1', 'MJ::RemixModal::new_prompt', '- Remix (Strong) by @ (fast)'],
    ['MJ::JOB::reroll', 'MJ::ImagineModal::#', 'MJ::ImagineModal::new_prompt', '- @ (fast)'],
  ] as const;
  it.each(remixed)('asks for other words in remix mode: %s', async (button, form, field, ending) => {
    start({ midjourney: { era: '2024', remix: true } });
    const grid = await scene.draw('a cat');
    await scene.press(grid, button);
    await scene.settle();
    const customId = form.replace('@', jobIdOf(grid)).replace('#', grid.id);
    expect(scene.modal().customId).toBe(customId);
    expect(scene.modal().components[0]?.components?.[0]).toMatchObject({
      custom_id: field,
      value: 'a cat --v 6.1',
    });
    await scene.submit('a dog');
    await scene.settle();
    expect(scene.result().content).toBe(`**a dog --v 6.1** ${ending.replace('@', who())}`);
  });

  it('keeps the name of a variation when the words stay as they were', async () => {
    start({ midjourney: { era: '2024', remix: true } });
    await scene.press(await scene.draw('a cat'), 'V1');
    await scene.settle();
    await scene.submit('a cat --v 6.1');
    await scene.settle();
    expect(scene.result().content).toContain('- Variations (Strong) by');
  });

  it('asks when panning and animating in remix mode', async () => {
    start({ midjourney: { remix: true } });
    const single = await scene.pressed(await scene.draw('a cat'), 'U1');
    await scene.press(single, 'MJ::JOB::pan_up');
    await scene.settle();
    expect(scene.modal().customId).toBe(`MJ::PanModal::up::${jobIdOf(single)}::1`);
    await scene.press(single, 'Animate (Low motion)');
    await scene.settle();
    expect(scene.modal().customId).toBe(`MJ::AnimateModal::${jobIdOf(single)}::1::low::0`);
    await scene.submit('a cat that runs');
    await scene.settle();
    expect(scene.result().content).toContain('a cat that runs --motion low --video 1');
  });

  it('paints a region on the page of the bot’s own host', async () => {
    start({ midjourney: { era: '2024' } });
    const single = await scene.pressed(await scene.draw('a cat'), 'U1');
    await scene.press(single, 'Vary (Region)');
    const mark = scene.nonce;
    await scene.settle();
    const frame = scene.frame();
    expect(frame).toMatchObject({ title: 'Inpaint', nonce: mark });
    const mask = Buffer.from(drawPicture({ seedText: 'mask', format: 'png' })).toString('base64');
    const post = (body: object) =>
      scene.port.postToActivity(scene.built.midjourneyUserId, '/inpaint/api/submit-job', {
        username: '0',
        userId: '0',
        customId: frame.customId.replace('MJ::iframe::', ''),
        mask,
        prompt: 'a cat with a crown',
        full_prompt: null,
        ...body,
      });
    expect((await post({ mask: 'nothing' })).status).toBe(400);
    expect((await post({ customId: 'unknown' })).status).toBe(404);
    expect(await post({})).toMatchObject({ status: 200, body: expect.stringContaining('success') });
    const before = scene.changes.length;
    await scene.settle();
    const started = scene.changes.slice(before).find(({ type }) => type === 'message-created');
    if (started?.type !== 'message-created') throw new Error('nothing began');
    expect(started.message.nonce).toBeUndefined();
    expect(started.message.interaction_metadata?.id).toBe(frame.id);
    expect(scene.result().content).toBe(`**a cat with a crown --v 6.1** - Remix (Region) by ${who()} (fast)`);
    expect((await colours(scene.result()))[1]).toEqual([...colourOf(mark)]);
  });
});

describe('describe, shorten and blend', () => {
  const image = (name = 'boat.png', seedText = name) => ({
    name,
    contentType: 'image/png',
    bytes: drawPicture({ seedText, format: 'png' }),
  });
  const option = (name: string, value: number) => ({ type: 11, name, value });

  it('describes an uploaded picture in an update of the message that thinks', async () => {
    start();
    const stored = await scene.port.store(scene.channelId, image());
    await scene.command('describe', [option('image', 0)], [stored]);
    await scene.settle();
    const [thinking, answer] = scene.changes;
    expect(thinking).toMatchObject({
      type: 'message-created',
      message: { nonce: scene.nonce, content: '', flags: 128, interaction: { name: 'describe' } },
    });
    expect(answer).toMatchObject({ type: 'message-updated', message: { flags: 0 } });
    const [message] = scene.shown();
    const lines = message?.embeds?.[0]?.description?.split('\n\n') ?? [];
    expect(lines.map((text) => text.slice(0, 4))).toEqual(['1️⃣ ', '2️⃣ ', '3️⃣ ', '4️⃣ ']);
    expect(message?.embeds?.[0]?.image?.url).toContain('/ephemeral-attachments/');
  });

  it('describes a link, again, and draws one of the lines or all four', async () => {
    start({ midjourney: { era: '2024', concurrency: 100 } });
    await scene.command('describe', [{ type: 3, name: 'link', value: 'https://example.org/red-boat.jpg' }]);
    await scene.settle();
    const [described] = scene.shown();
    if (!described) throw new Error('nothing was described');
    expect(described.embeds?.[0]?.description).toContain('1️⃣ red boat');
    await scene.press(described, 'MJ::Picread::Retry');
    await scene.settle();
    expect(scene.shown()).toHaveLength(2);
    await scene.press(described, 'MJ::Job::PicReader::2');
    await scene.settle();
    expect(scene.modal().customId).toBe('MJ::Picreader::Modal::2');
    expect(scene.modal().components[0]?.components?.[0]?.custom_id).toBe('MJ::Picreader::Modal::PromptField');
    await scene.submit('a red boat at night');
    await scene.settle();
    expect(scene.result()).toMatchObject({
      content: `**a red boat at night --v 6.1** - ${who()} (fast)`,
      message_reference: { message_id: described.id },
    });
    const before = scene.shown().length;
    await scene.press(described, 'Imagine all');
    await scene.settle();
    expect(scene.shown()).toHaveLength(before + 4);
  });

  it('shortens a prompt and draws one of the short ones', async () => {
    start();
    await scene.command('shorten', [
      { type: 3, name: 'prompt', value: 'a very very long road, winding --ar 3:2' },
    ]);
    await scene.settle();
    const [short] = scene.shown();
    expect(short?.embeds?.[0]).toMatchObject({
      title: 'Shortened prompts',
      footer: { text: 'Click on a button to imagine one of the shortened prompts' },
    });
    expect(short?.embeds?.[0]?.description).toContain('1️⃣ a very very long road, winding\n\n2️⃣ ');
    if (!short) throw new Error('nothing was shortened');
    await scene.press(short, 'MJ::Job::PromptAnalyzer::5');
    await scene.settle();
    expect(scene.modal().customId).toBe(`MJ::ImagineModal::${short.id}`);
    await scene.submit('a road');
    await scene.settle();
    expect(scene.result().content).toContain('**a road --v 7.0**');
  });

  it('blends pictures into a prompt of short links', async () => {
    start({ midjourney: { era: '2024' } });
    const files = [
      await scene.port.store(scene.channelId, image('a.png')),
      await scene.port.store(scene.channelId, image('b.png')),
    ];
    const options = [option('image1', 0), option('image2', 1)];
    const dimensions = { type: 3, name: 'dimensions', value: '--ar 2:3' };
    await scene.command('blend', [...options, dimensions], files);
    await scene.settle();
    expect(scene.result().content).toMatch(
      /^\*\*<https:\/\/s\.mj\.run\/\w{11}> <https:\/\/s\.mj\.run\/\w{11}> --ar 2:3 --v 6\.1\*\* - <@\d+> \(fast\)$/,
    );
    expect((await colours(scene.result()))[0]).toEqual([...colourOf('a.png b.png#1')]);
  });

  it('refuses to blend a picture with itself', async () => {
    start();
    const store = (name: string) => scene.port.store(scene.channelId, image(name, 'the same'));
    const files = [await store('a.png'), await store('b.png')];
    await scene.command('blend', [option('image1', 0), option('image2', 1)], files);
    await scene.settle();
    expect(scene.shown()[0]?.embeds?.[0]?.title).toBe('Duplicate images detected');
  });
});

describe('everything else', () => {
  it('shows a job again by its id, and refuses an unknown one', async () => {
    start();
    const grid = await scene.draw('a cat');
    await scene.command('show', [{ type: 3, name: 'job_id', value: jobIdOf(grid) }]);
    await scene.settle();
    const shown = scene.result();
    expect(shown.id).not.toBe(grid.id);
    expect(shown).toMatchObject({ content: `**a cat --v 7.0** - ${who()}`, nonce: scene.nonce });
    expect(jobIdOf(shown)).toBe(jobIdOf(grid));
    await scene.command('show', [{ type: 3, name: 'job_id', value: 'nothing' }]);
    await scene.settle();
    expect(scene.shown().at(-1)?.embeds?.[0]?.title).toBe('Invalid request');
  });

  it('tells the seed in a direct message after ✉️', async () => {
    start();
    const jobId = jobIdOf(await scene.draw('a cat'));
    const direct = await scene.port.openDirectChannel(scene.built.midjourneyUserId);
    void scene.listenTo(direct);
    await scene.command('show', [{ type: 3, name: 'job_id', value: jobId }], [], direct);
    await scene.settle();
    await scene.port.react(direct, scene.result().id, '✉️');
    await scene.settle();
    expect(scene.shown().at(-1)).toMatchObject({
      channel_id: direct,
      content: expect.stringMatching(new RegExp(`^\\*\\*Job ID\\*\\*: ${jobId} \\*\\*seed\\*\\* \\d+$`)),
    });
  });

  it('tells about the account, for the asker alone', async () => {
    start();
    await scene.draw('a cat');
    await scene.command('info');
    await scene.settle();
    const info = scene.shown().at(-1);
    expect(info?.flags).toBe(64);
    expect(info?.embeds?.[0]?.title).toBe('Your info - alice');
    expect(info?.embeds?.[0]?.description).toMatch(
      /\*\*Subscription\*\*: .+\n\*\*Job Mode\*\*: Fast\n\*\*Visibility Mode\*\*: Public\n\*\*Fast Time Remaining\*\*: 14\.98\/15\.0 hours \(99\.89%\)\n/,
    );
  });

  const modes = [
    ['fast', 'Done! Your jobs now consume fast-hours, but start immediately.', '(fast)'],
    ['relax', 'Done! Your jobs now do not consume fast-hours, but might take a little longer.', '(relaxed)'],
    ['turbo', 'Done! Your jobs now consume fast-hours at twice the rate', '(turbo)'],
  ] as const;
  it.each(modes)('switches to %s', async (mode, words, shown) => {
    start();
    await scene.command(mode);
    await scene.settle();
    expect(scene.shown().at(-1)).toMatchObject({ nonce: scene.nonce, flags: 64 });
    expect(scene.shown().at(-1)?.content).toContain(words);
    expect((await scene.draw('a cat')).content).toContain(shown);
  });

  it('shows settings as buttons, green when on, that can be pressed', async () => {
    start();
    await scene.command('settings');
    await scene.settle();
    const settings = () => scene.shown().find(({ flags }) => flags === 64);
    const isOn = (label: string) =>
      buttonsOf(settings() ?? { id: '', channel_id: '' }).find((button) => button.label === label)?.style ===
      3;
    expect([isOn('Remix mode'), isOn('Fast mode'), isOn('High Variation Mode')]).toEqual([false, true, true]);
    for (const label of ['Remix mode', 'Relax mode', 'Low Variation Mode']) {
      const message = settings();
      if (message) await scene.press(message, label);
      await scene.settle();
    }
    const message = settings();
    if (message) await scene.press(message, 'MJ::Settings::VersionSelector', ['5.2']);
    await scene.settle();
    expect([isOn('Remix mode'), isOn('Relax mode'), isOn('High Variation Mode')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(settings()?.content).toBe('Adjust your settings here. Current suffix: `--v 5.2`');
    expect((await scene.draw('a cat')).content).toContain('--v 5.2');
  });

  it('turns remix on and off', async () => {
    start();
    const toggle = async () => {
      await scene.command('prefer', [{ type: 1, name: 'remix', options: [] }]);
      await scene.settle();
      return scene.shown().at(-1);
    };
    expect(await toggle()).toMatchObject({
      content: expect.stringMatching(/^Remix mode turned on!/),
      interaction: { name: 'prefer remix' },
    });
    expect((await toggle())?.content).toMatch(/^Remix mode turned off!/);
  });

  it('stops a running job by its own button', async () => {
    start({ midjourney: { stepEveryMs: 1000 } });
    await scene.imagine('a cat');
    await scene.clock.advance(4000);
    const progress = scene.shown().at(-1);
    if (!progress) throw new Error('nothing runs');
    await scene.press(progress, 'Cancel Job');
    await scene.settle();
    expect(scene.shown()).toHaveLength(1);
    expect(scene.shown()[0]).toMatchObject({
      id: progress.id,
      content: `**a cat --v 7.0** - ${who()} (Stopped)`,
    });
  });

  it('rates a picture', async () => {
    start();
    const single = await scene.pressed(await scene.draw('a cat'), 'U1');
    await scene.press(single, 'MJ::BOOKMARK');
    await scene.settle();
    const where = `https://discord.com/channels/${scene.guildId}/${scene.channelId}/${single.id}`;
    expect(scene.shown().at(-1)).toMatchObject({
      content: `You have successfully rated [this job](${where}) with 😍`,
      attachments: [],
      message_reference: { message_id: single.id },
    });
  });
});
