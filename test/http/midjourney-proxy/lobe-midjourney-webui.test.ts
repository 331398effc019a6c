/** What lobe-midjourney-webui does: through its own server, with `Mj-Api-Secret`; it reads only `result` of submissions. */
import { describe, expect, it } from 'vitest';
import { type Fixture, makeProxy, PNG, SECRET, studio } from './support.ts';

const HEADERS = { 'Mj-Api-Secret': SECRET, 'content-type': 'application/json' };

async function submit({ post }: Fixture, path: string, body: object): Promise<string> {
  const { json } = await post(`/mj/submit/${path}`, body, HEADERS);
  return json.result;
}

describe('lobe-midjourney-webui', () => {
  it('imagines, finds the task in its lists, and changes it', async () => {
    const proxy = makeProxy();
    const grid = await submit(proxy, 'imagine', { base64Array: undefined, prompt: 'a cat' });
    expect((await proxy.get('/mj/task/queue', HEADERS)).json).toMatchObject([
      { id: grid, status: 'NOT_START' },
    ]);
    proxy.tasks.succeed(grid);
    expect((await proxy.get('/mj/task/queue', HEADERS)).json).toEqual([]);
    expect((await proxy.get(`/mj/task/${grid}/fetch`, HEADERS)).json).toMatchObject({
      id: grid,
      status: 'SUCCESS',
    });

    const upscaled = await submit(proxy, 'simple-change', { content: `${grid} U2` });
    const varied = await submit(proxy, 'change', { action: 'VARIATION', index: 3, taskId: grid });
    const listed = await proxy.get('/mj/task/list', HEADERS);
    expect(listed.json.map(({ id }: { id: string }) => id)).toEqual([varied, upscaled, grid]);
    expect(listed.json[1]).toMatchObject({ action: 'UPSCALE', description: `/up ${grid} U2` });

    const some = await proxy.post('/mj/task/list-by-condition', { ids: [grid, varied] }, HEADERS);
    expect(some.json).toHaveLength(2);
  });

  it('describes a picture', async () => {
    const proxy = makeProxy();
    const id = await submit(proxy, 'describe', { base64: `data:image/png;base64,${PNG}` });
    proxy.tasks.event(id, { type: 'text-answered', text: '', texts: ['a cat', 'a dog'] });
    const { json } = await proxy.get(`/mj/task/${id}/fetch`, HEADERS);
    expect(json).toMatchObject({ action: 'DESCRIBE', prompt: '1️⃣ a cat\n\n2️⃣ a dog' });
  });

  it('lists accounts and fetches one', async () => {
    const proxy = makeProxy();
    proxy.tasks.views = [studio()];
    const { json } = await proxy.get('/mj/account/list', HEADERS);
    expect((await proxy.get(`/mj/account/${json[0].id}/fetch`, HEADERS)).json).toEqual(json[0]);
  });
});
