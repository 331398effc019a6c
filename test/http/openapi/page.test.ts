import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createDocument } from '../../../src/http/openapi/document.ts';
import { renderPage } from '../../../src/http/openapi/page.ts';
import { makeApp } from '../support.ts';

describe('GET /docs', () => {
  it('is one page that needs nothing from elsewhere, and may load nothing', async () => {
    const { app } = makeApp();
    const response = await app.inject({ url: '/docs', headers: { accept: 'text/html' } });
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(response.headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
    expect(response.body).not.toMatch(/<script|<link|src=|@import|url\(/i);
    for (const path of ['/v1/chat/completions', '/cordgate/v1/tasks/{id}/retry', '/admin/api/keys/{name}']) {
      expect(response.body).toContain(`<code>${path}</code>`);
    }
    expect(response.body).toContain('lang="en"');
  });

  it('links only to places that it has', async () => {
    const { body } = await makeApp().app.inject('/docs');
    const ids = new Set([...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const targets = [...body.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.has(id))).toEqual([]);
    const all = [...body.matchAll(/ id="([^"]+)"/g)];
    expect(ids.size).toBe(all.length);
  });
});

describe('the page of a document', () => {
  const page = (does: string, json: z.ZodType) =>
    renderPage(
      createDocument(
        [
          {
            name: 'test',
            about: 'About.',
            error: z.object({ message: z.string() }),
            errorText: 'An error.',
            paths: [
              {
                method: 'post',
                path: '/things/{id}',
                access: 'key',
                does,
                params: { id: 'which' },
                body: { json },
                answers: [{ status: 204, is: 'Done.' }],
              },
            ],
          },
        ],
        '1',
      ),
    );

  it('shows words as words', () => {
    const text = page('<script>alert("x")</script> & more', z.object({ '<b>': z.string().describe('<i>') }));
    expect(text).not.toMatch(/<script>|<b>|<i>/);
    expect(text).toContain('&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62; &#38; more');
  });

  it('shows a call with what must be there', () => {
    const body = z.object({
      name: z.string(),
      size: z.enum(['a', 'b']),
      more: z.string().optional(),
      n: z.int().default(4),
    });
    const text = page('Does', body).replaceAll('&#34;', '"').replaceAll('&#39;', "'");
    expect(text).toContain('curl -X POST "$URL/things/ID"');
    expect(text).toContain(`-d '{"name":"…","size":"a"}'`);
    expect(text).toContain('<code>"a"</code> or <code>"b"</code>');
  });
});
