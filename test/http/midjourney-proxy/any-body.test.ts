import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SUBMIT_ENDPOINTS } from '../../../src/http/midjourney-proxy/submit-endpoints.ts';
import { makeProxy, PNG } from './support.ts';

const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, '', 0, 1, '2', PNG, `data:image/png;base64,${PNG}`, 'https://a.example.org/b.png', [
    PNG,
    PNG,
  ]),
);

const FIELDS = [
  'prompt',
  'base64',
  'base64Array',
  'taskId',
  'action',
  'index',
  'content',
  'customId',
  'image',
];
const MORE_FIELDS = [
  'state',
  'notifyHook',
  'botType',
  'accountFilter',
  'maskBase64',
  'jobId',
  'dimensions',
  'ids',
];

const body = fc.oneof(
  fc.dictionary(fc.constantFrom(...FIELDS, ...MORE_FIELDS), junk, { maxKeys: 8 }),
  fc.jsonValue({ maxDepth: 2 }),
);

it('whatever a client sends is answered by a code, and is never a fault of the gateway', async () => {
  const proxy = makeProxy();
  const paths = [...Object.keys(SUBMIT_ENDPOINTS).map((name) => `submit/${name}`), 'task/list-by-condition'];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (path, sent) => {
      const { status, json } = await proxy.post(`/mj/${path}`, JSON.stringify(sent));
      expect(status).toBe(200);
      if (Array.isArray(json)) return;
      expect([1, 3, 4, 22]).toContain(json.code);
      expect(json.description).not.toBe('');
    }),
    { numRuns: 300 },
  );
  expect(proxy.lines).toEqual([]);
});
