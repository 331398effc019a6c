import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../src/core/errors.ts';
import type { MediaLoaderOptions } from '../../src/media/loader.ts';
import { failure, loader, PICTURES, PNG } from './local-server.ts';

describe('bytes', () => {
  const bytes = (content: Uint8Array, options?: Partial<MediaLoaderOptions>) =>
    loader(options).load(
      { type: 'bytes', bytes: content, name: '../../etc/passwd' },
      new AbortController().signal,
    );

  it.each(PICTURES)('are known as %s by their content and named %s', async (contentType, name, content) => {
    expect(await bytes(content)).toEqual({ name, contentType, bytes: content });
  });

  it.each([
    ['', 'is empty'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
    ['<?xml version="1.0"?>\n<svg/>', 'an SVG drawing'],
    ['<!DOCTYPE html><title>hi</title>', 'a web page'],
    ['{"error":"not found"}', 'JSON'],
    ['%PDF-1.7', 'a PDF document'],
    ['\0\0\0\x20ftypisom', 'a video'],
    ['\0\0\0\x20ftypavif', 'an AVIF'],
    ['RIFF\0\0\0\0WAVE', 'no picture'],
    ['\x89PNG\r\n\x1a', 'no picture'],
    ['plain text', 'no picture'],
  ])('are refused when they are %j', async (content, part) => {
    const error = await failure(bytes(Buffer.from(content, 'latin1')));
    expect(error).toMatchObject({ code: 'media_invalid', status: 400 });
    expect(error.message).toContain(part);
    expect(error.hint).toContain('png, jpg, webp, gif');
  });

  it('are taken up to the size limit and refused above it', async () => {
    expect((await bytes(PNG, { maxBytes: PNG.length })).bytes).toEqual(PNG);
    const error = await failure(bytes(PNG, { maxBytes: PNG.length - 1 }));
    expect(error).toMatchObject({ code: 'media_invalid' });
    expect(error.hint).toContain(`${PNG.length - 1} bytes`);
  });

  it('never become a file of another kind than the listed ones, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (content) => {
        const result = await bytes(content).catch((error: GatewayError) => error.code);
        if (result !== 'media_invalid') expect(result).toMatchObject({ bytes: content });
      }),
    );
  });
});
