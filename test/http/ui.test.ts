import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeApp } from './support.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

function built() {
  const root = mkdtempSync(join(tmpdir(), 'cordgate-ui-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'assets'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>cordgate</title>');
  writeFileSync(join(root, 'assets/index-F_y1qB2j.js'), 'export {};');
  writeFileSync(join(root, 'icon.svg'), '<svg/>');
  const { app } = makeApp({ uiRoot: root, cdn: 'http://127.0.0.1:9500' });
  return { get: (url: string, headers: Record<string, string> = HTML) => app.inject({ url, headers }) };
}

describe('the root', () => {
  it('leads browsers to the interface, and answers all others as the Bridge does', async () => {
    const { get } = built();
    const page = await get('/');
    expect([page.statusCode, page.headers.location]).toEqual([302, '/ui/']);
    for (const accept of ['*/*', 'application/json', 'text/html;q=0, application/json', '']) {
      const other = await get('/', { accept });
      expect([other.statusCode, other.json().code]).toEqual([200, 200]);
    }
  });
});

describe('the interface', () => {
  it('is served with a strict policy; its page is asked for anew, its hashed files never', async () => {
    const { get } = built();
    const page = await get('/ui/');
    expect(page.body).toContain('<title>cordgate</title>');
    expect(page.headers['cache-control']).toBe('no-cache');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'self';");
    expect(policy).toContain('http://127.0.0.1:9500');
    expect(policy).not.toMatch(/unsafe|\*/);
    const script = await get('/ui/assets/index-F_y1qB2j.js', { accept: '*/*' });
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['content-type']).toMatch(/javascript/);
    expect((await get('/ui/icon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('answers its own pages with its one page, and missing files with 404', async () => {
    const { get } = built();
    expect((await get('/ui/gallery')).body).toContain('cordgate');
    expect((await get('/ui/index.html')).headers['cache-control']).toBe('no-cache');
    const missing = await get('/ui/assets/gone.js', { accept: '*/*' });
    expect([missing.statusCode, missing.json().error.code]).toEqual([404, 'unknown_url']);
  });

  it('is led to its folder, as its links are relative', async () => {
    const response = await built().get('/ui');
    expect([response.statusCode, response.headers.location]).toEqual([302, '/ui/']);
  });

  it.each([
    '/ui/../package.json',
    '/ui/..%2fpackage.json',
    '/ui/%2e%2e/package.json',
    '/ui/a%00.js',
    '/ui/..%5cx',
  ])('gives nothing outside of its folder: %s', async (path) => {
    const response = await built().get(path, { accept: '*/*' });
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    expect(response.body).not.toContain('"dependencies"');
  });

  it('says how to build it where it was not', async () => {
    const { app } = makeApp({ uiRoot: join(tmpdir(), 'cordgate-no-such-folder') });
    const response = await app.inject({ url: '/ui/', headers: HTML });
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(response.body).toContain('npm run build');
  });

  it('takes no other method', async () => {
    const { app } = makeApp();
    expect((await app.inject({ method: 'POST', url: '/ui/' })).statusCode).toBe(405);
    expect((await app.inject({ method: 'POST', url: '/ui/assets/a.js' })).statusCode).toBe(405);
  });
});
