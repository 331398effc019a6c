import { expect, test } from 'vitest';
import { readPayload } from './payload.ts';

const read = (text: string) => readPayload(Buffer.from(text)).d;

test('a nonce written as a number keeps all its digits, and texts that look like one stay as they are', () => {
  const content = 'say "nonce":1573348580402153762, please';
  const text = `{"t":"MESSAGE_CREATE","s":1,"op":0,"d":{"nonce": 1573348580402153762,"content":${JSON.stringify(content)}}}`;
  expect(read(text)).toEqual({ nonce: '1573348580402153762', content });
  expect(read('{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{"nonce":12}}')).toEqual({ nonce: 12 });
});
