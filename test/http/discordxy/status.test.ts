import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import type { TaskEvent } from '../../../src/core/task.ts';
import { JOB } from '../../support/fake-tasks.ts';
import { imagine, makeScene, OTHER_KEY, read, send, statusOf } from './support.ts';

/** The fields of the seed document's samples, in their order. */
const SEED_FIELDS = [
  'action',
  'channelId',
  'finalPrompt',
  'finishTime',
  'imageRawUrl',
  'imageUrl',
  'messageHash',
  'messageId',
  'nonce',
  'params',
  'progress',
  'prompt',
  'referenceMessageId',
  'startTime',
  'status',
  'submitTime',
];

const RAW = `https://cdn.discordapp.com/attachments/111/222/alice_a_small_cat_${JOB}.webp?ex=66345934&is=6621e434&hm=f9948a08&`;

describe.each(['/mj/submit', '/mj'])('GET %s/status', (family) => {
  it('shows a finished picture field for field as the seed document does', async () => {
    const scene = makeScene();
    const id = await imagine(scene);
    scene.tasks.now += 38_700;
    scene.tasks.succeed(id);
    const task = await statusOf(scene, id, family);
    expect(task).toMatchObject({
      action: 'Imagine',
      channelId: '1100000000000000002',
      finalPrompt: 'a small cat --v 6.1',
      finishTime: 1_713_497_139,
      imageRawUrl: RAW,
      imageUrl: RAW.replace('https://cdn.discordapp.com', 'https://cdn.example.org'),
      messageHash: JOB,
      messageId: '1230720793068179496',
      nonce: '1230720700000000001',
      progress: '100%',
      prompt: 'a small cat',
      referenceMessageId: '',
      startTime: 1_713_497_139,
      status: 'Success',
      submitTime: 1_713_497_101,
      taskId: id,
      failReason: '',
      previewUrl: '',
      videoUrl: '',
      videoRawUrl: '',
    });
    const names = Object.keys(task);
    expect(names.slice(0, 15)).toEqual(SEED_FIELDS.filter((name) => name !== 'params'));
  });
});

describe('the task of the status', () => {
  it('holds every field from the beginning, empty while it is unknown', async () => {
    const scene = makeScene();
    expect(await statusOf(scene, await imagine(scene))).toMatchObject({
      finalPrompt: '',
      finishTime: 0,
      imageRawUrl: '',
      imageUrl: '',
      messageHash: '',
      messageId: '',
      nonce: '',
      progress: '0%',
      referenceMessageId: '',
      startTime: 0,
      status: 'Queuing',
      buttons: [],
    });
  });

  it('shows of a change which button it presses, the index as a text', async () => {
    const scene = makeScene();
    const parent = await imagine(scene);
    scene.tasks.succeed(parent);
    const child = (await send(scene, '/mj/change', { taskId: parent, action: 'V4' })).json().result;
    const params = {
      customId: `MJ::JOB::variation::4::${JOB}`,
      index: '4',
      messageId: '1230720793068179496',
    };
    expect(await statusOf(scene, child)).toMatchObject({
      action: 'Variation',
      params,
      prompt: 'a small cat',
    });
    scene.tasks.event(child, { type: 'job-traced', trace: { referenceMessageId: '1230720793068179777' } });
    scene.tasks.event(child, {
      type: 'prompt-echoed',
      prompt: 'a small cat',
      title: 'a small cat - Variations (Strong)',
    });
    const later = await statusOf(scene, child);
    expect(Object.keys(later).slice(0, 16)).toEqual(SEED_FIELDS);
    expect(later).toMatchObject({
      finalPrompt: 'a small cat - Variations (Strong)',
      referenceMessageId: '1230720793068179777',
      params,
    });
  });

  it('falls back on the message that the result replies to, when the parent is forgotten', async () => {
    const scene = makeScene();
    const parent = await imagine(scene);
    scene.tasks.succeed(parent);
    const child = (await send(scene, '/mj/change', { taskId: parent, action: 'V4' })).json().result;
    scene.tasks.event(child, { type: 'job-traced', trace: { referenceMessageId: '1230720793068179777' } });
    const { findTask } = scene.tasks;
    scene.tasks.findTask = async (caller, id, signal) =>
      id === parent ? undefined : findTask(caller, id, signal);
    expect((await statusOf(scene, child)).params.messageId).toBe('1230720793068179777');
  });

  it.each([
    ['U2', 'Upsample', '2'],
    ['R0', 'Reroll', '0'],
  ])('calls %s %s', async (action, word, index) => {
    const scene = makeScene();
    const parent = await imagine(scene);
    scene.tasks.succeed(parent);
    const child = (await send(scene, '/mj/submit/change', { taskId: parent, action })).json().result;
    expect(await statusOf(scene, child)).toMatchObject({ action: word, params: { index } });
  });

  it.each<[string, TaskEvent[]]>([
    ['Queuing', []],
    ['Submit', [{ type: 'job-submitted', nonce: '1' }]],
    ['Create', [{ type: 'job-accepted' }]],
    ['Queuing', [{ type: 'job-accepted' }, { type: 'job-waiting' }]],
    ['Running', [{ type: 'progress-changed', percent: 46 }]],
    ['Success', [{ type: 'job-ended', media: [], trace: {} }]],
  ])('is %s after its events', async (status, events) => {
    const scene = makeScene();
    const id = await imagine(scene);
    for (const event of events) scene.tasks.event(id, event);
    expect((await statusOf(scene, id)).status).toBe(status);
  });

  it('is Submit while it waits for a form', async () => {
    const scene = makeScene();
    scene.tasks.asksForms = true;
    expect((await statusOf(scene, await imagine(scene))).status).toBe('Submit');
  });

  it.each([
    ['Failed', new GatewayError('bot_failed', '[Invalid parameter] Unrecognized parameter(s): x')],
    ['Failed', new GatewayError('task_stopped', 'Cancelled by the caller.')],
    ['Timeout', new GatewayError('task_timeout', 'No end within 10 minutes.')],
  ])('is %s with the reason when it ends badly', async (status, error) => {
    const scene = makeScene();
    const id = await imagine(scene);
    scene.tasks.fail(id, error);
    const task = await statusOf(scene, id);
    expect(task).toMatchObject({ status, failReason: error.message, imageUrl: '' });
    expect(task.finishTime).toBeGreaterThan(0);
  });

  it('shows the progress picture apart, as only the final one is the image', async () => {
    const scene = makeScene();
    const id = await imagine(scene);
    const url = 'https://cdn.discordapp.com/ephemeral-attachments/1/2/grid_0.webp?ex=1';
    scene.tasks.event(id, { type: 'progress-changed', percent: 46, preview: { url } });
    expect(await statusOf(scene, id)).toMatchObject({
      progress: '46%',
      imageUrl: '',
      imageRawUrl: '',
      previewUrl: 'https://cdn.example.org/ephemeral-attachments/1/2/grid_0.webp?ex=1',
    });
  });

  it('shows a clip apart from pictures, and leaves links to other hosts alone', async () => {
    const scene = makeScene();
    const id = await imagine(scene);
    const clip = 'https://cdn.discordapp.com/attachments/1/2/clip.mp4?ex=1';
    const picture = 'http://127.0.0.1:9500/attachments/1/3/still.png';
    scene.tasks.succeed(id, { media: [{ url: clip }, { url: picture, contentType: 'image/png' }] });
    expect(await statusOf(scene, id)).toMatchObject({
      imageUrl: picture,
      imageRawUrl: picture,
      videoRawUrl: clip,
      videoUrl: 'https://cdn.example.org/attachments/1/2/clip.mp4?ex=1',
    });
  });

  it('lists the buttons, each with the word that asks for it', async () => {
    const scene = makeScene();
    const id = await imagine(scene);
    scene.tasks.succeed(id);
    const { buttons } = await statusOf(scene, id);
    expect(buttons.map(({ action }: { action: string }) => action)).toEqual([
      'U1',
      'U2',
      'U3',
      'U4',
      'Reroll',
      'V1',
      'V2',
      'V3',
      'V4',
    ]);
    expect(buttons[0]).toEqual({
      customId: `MJ::JOB::upsample::1::${JOB}`,
      label: 'U1',
      emoji: '',
      style: 2,
      type: 2,
      action: 'U1',
    });
  });

  it('is nobody else’s: another key, and an unknown id, get 404', async () => {
    const scene = makeScene();
    const id = await imagine(scene);
    const other = await read(scene, `/mj/status?taskId=${id}`, { key: OTHER_KEY });
    const unknown = await read(scene, '/mj/submit/status?taskId=42');
    for (const response of [other, unknown]) {
      expect(response.statusCode).toBe(404);
      expect(response.json()).toEqual({
        code: 404,
        result: null,
        message: 'There is no task of this id. Use the id that the submission gave.',
      });
    }
  });
});
