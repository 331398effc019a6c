/** README and docs/ against the code: what they name exists, and what they show works. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../src/cli/main.ts';
import { realParts } from '../src/cli/parts.ts';
import { loadConfig } from '../src/config/load.ts';
import { configSchema } from '../src/config/schema.ts';
import type { HttpOptions } from '../src/http/app.ts';
import { readAction } from '../src/http/discordxy/actions.ts';
import { ABSENT_ENDPOINTS } from '../src/http/midjourney-proxy/absent-endpoints.ts';
import { ACCOUNT_ENDPOINTS } from '../src/http/midjourney-proxy/account-endpoints.ts';
import { SUBMIT_ENDPOINTS } from '../src/http/midjourney-proxy/submit-endpoints.ts';
import { TASK_READERS, TASK_WRITERS } from '../src/http/midjourney-proxy/task-endpoints.ts';
import { makeApp } from './http/support.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const inFolder = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const READMES = ['README.md', 'README.zh-CN.md'];
const PAGES = [...READMES, 'CHANGELOG.md', 'CONTRIBUTING.md', ...inFolder('docs')];

/** Pages that speak of Discord's own paths. */
const OF_DISCORD = ['docs/discord-user-protocol.md', 'docs/simulator.md'];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

interface Named {
  readonly page: string;
  readonly method: string | undefined;
  readonly path: string;
}

// `POST /admin/api/tasks/{id}/cancel`, curl http://127.0.0.1:8092/mj/imagine
const PATH =
  /(?:\b(GET|POST) )?(?<![\w.…}/])(?:https?:\/\/(?:127\.0\.0\.1:8092|gw\.example\.org))?(\/(?:v1|cordgate|mj|mj-\w+|pika|client|admin|midjourney-proxy|healthz|readyz|metrics|Ping|api)(?:\/[\w:{}.…*-]+)*)(?=[\s`"'?,;:)]|$)/gm;
/** Families of paths, and bases that clients add paths to. */
const IS_FAMILY =
  /[…*]|^\/(?:v1|cordgate\/v1|v1\/images|mj|pika|admin|admin\/api|mj-\w+|midjourney-proxy)$|\{\w+,|^\/mj-\w+\/mj/;

function pathsIn(page: string): Named[] {
  const found = [...read(page).matchAll(PATH)].map(([, method, path = '']) => ({ page, method, path }));
  return found.filter(({ path }) => !IS_FAMILY.test(path));
}

const named = PAGES.filter((page) => !OF_DISCORD.includes(page)).flatMap(pathsIn);

describe('every path that a page names', () => {
  it('is found in the pages, or this test would test nothing', () => {
    const paths = new Set(named.map(({ path }) => path));
    for (const path of [
      '/v1/images/edits',
      '/mj/submit/status',
      '/pika/status',
      '/v1/videos/{id}/content',
      '/admin/api/events',
      '/client/online',
    ])
      expect(paths).toContain(path);
  });

  it('is served by the gateway, with that method', async () => {
    // Nobody gets past the key, so nothing stands behind these paths.
    const { app } = makeApp({
      administration: {} as HttpOptions['administration'],
      admin: {
        overview: () => Promise.reject(),
        keyBook: {} as never,
        logs: {} as never,
        backup: () => Promise.reject(),
      },
    });
    const unserved: string[] = [];
    for (const { page, method, path } of named) {
      const url = path.replace(/\{\w+\}/g, '1211421713496994992');
      // Without a key: a path that exists says 401 or answers, one that does not says 404, a wrong method 405.
      const tried = method ? [method as 'GET'] : METHODS;
      const statuses = await Promise.all(
        tried.map(async (one) => (await app.inject({ method: one, url })).statusCode),
      );
      if (!statuses.some((status) => status !== 404 && status !== 405))
        unserved.push(`${page}: ${method ?? ''} ${path}`);
    }
    expect(unserved).toEqual([]);
  });
});

describe('docs/dialects/midjourney-proxy.md', () => {
  const page = read('docs/dialects/midjourney-proxy.md');
  const rows = [
    ...Object.keys(SUBMIT_ENDPOINTS)
      .filter((name) => name !== 'modal' && name !== 'edit')
      .map((name) => `submit/${name}`),
    ...Object.keys({ ...TASK_READERS, ...TASK_WRITERS }).map((name) => `task/${name}`),
    ...Object.keys(ACCOUNT_ENDPOINTS).map((name) => `account/${name}`),
    'submit/modal',
  ].map((path) => path.replace(':id', '{id}'));

  it.each(rows)('explains %s', (path) => {
    expect(page).toContain(path);
  });

  it('names what has no counterpart on Discord', () => {
    const folders = new Set(Object.keys(ABSENT_ENDPOINTS).map((path) => path.split('/')[0]));
    for (const folder of folders) expect(page).toContain(folder);
  });

  it('names no submission that does not exist', () => {
    const submissions = Array.from(page.matchAll(/^\| `submit\/([\w-]+)`/gm), ([, name = '']) => name);
    expect(submissions.length).toBeGreaterThan(8);
    expect(submissions.filter((name) => !(name in SUBMIT_ENDPOINTS))).toEqual([]);
  });
});

it('docs/dialects/discordxy.md names only actions that are taken', () => {
  const [, actions = ''] =
    /^## Actions\n([\s\S]*?)Or it takes/m.exec(read('docs/dialects/discordxy.md')) ?? [];
  const words = Array.from(actions.matchAll(/`([A-Z]\w+)`/g), ([, word = '']) => word);
  expect(words.length).toBeGreaterThan(20);
  for (const word of words) expect(() => readAction(word), word).not.toThrow();
});

describe('every command that a page shows', () => {
  const io = {
    stdout() {},
    stderr() {},
    stderrIsTerminal: false,
    env: {},
    nextSignal: () => new Promise<void>(() => {}),
  };
  const program = createProgram(io, realParts, () => {});
  const shown = PAGES.flatMap((page) =>
    Array.from(read(page).matchAll(/(?:`|npx )cordgate ([a-z]+)\b([^\n`]*)/g), (found) => ({
      page,
      name: found[1] ?? '',
      options: found[2]?.match(/(?<=\s)--[a-z-]+/g) ?? [],
    })),
  );

  it('exists, with its options', () => {
    expect(shown.length).toBeGreaterThan(20);
    const wrong = shown.flatMap(({ page, name, options }) => {
      const command = program.commands.find((one) => one.name() === name);
      if (!command) return [`${page}: cordgate ${name}`];
      const known = new Set([...command.options.map(({ long }) => long), '--help']);
      return options
        .filter((option) => !known.has(option))
        .map((option) => `${page}: cordgate ${name} ${option}`);
    });
    expect(wrong).toEqual([]);
  });

  it('of daily use stands in both READMEs', () => {
    for (const name of ['import', 'imagine', 'animate', 'check', 'serve', 'init'])
      for (const readme of READMES) expect(read(readme)).toContain(`cordgate ${name}`);
  });
});

/** YAML blocks of a page, without the indentation of the list that they stand in. */
function blocksIn(page: string, language: string): string[] {
  return Array.from(
    read(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm')),
    (found) => (found[2] ?? '').replaceAll(new RegExp(`^${found[1]}`, 'gm'), ''),
  );
}

const SECTIONS = Object.keys(configSchema.shape);
const configurations = PAGES.flatMap((page) =>
  blocksIn(page, 'yaml')
    .filter((text) => Object.keys(parse(text) ?? {}).some((key) => SECTIONS.includes(key)))
    .map((text, position) => [page, position, text] as const),
);

it('the READMEs and docs/drawing.md show configurations', () => {
  const pages = configurations.map(([page]) => page);
  for (const page of [...READMES, 'docs/drawing.md']) expect(pages).toContain(page);
});

it.each(configurations)('%s: configuration %i can be loaded as it stands', (_page, _position, text) => {
  const names = Array.from(text.matchAll(/\$\{(\w+)\}/g), ([, name = '']) => name);
  const env = Object.fromEntries(
    names.map((name, index) => [name, `${1_100_000_000_000_000_000n + BigInt(index)}`]),
  );
  expect(() => loadConfig({ text, env, flags: {} })).not.toThrow();
});

describe('every link within the pages', () => {
  const anchorsOf = (text: string) =>
    Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    );

  it.each(PAGES)('of %s leads to a file and a heading', (page) => {
    const broken: string[] = [];
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page : join(dirname(page), file);
      const isThere = existsSync(join(root, path));
      if (!isThere || (anchor && !anchorsOf(read(path)).includes(anchor))) broken.push(target);
    }
    expect(broken).toEqual([]);
  });
});

describe('the two READMEs', () => {
  const [english = '', chinese = ''] = READMES.map(read);
  const set = (text: string, pattern: RegExp) =>
    [...new Set(Array.from(text.matchAll(pattern), ([, one]) => one))].sort();

  it('name the same paths and models', () => {
    const inCode = /`([^`\n]*)`/g;
    expect(set(chinese, inCode)).toEqual(set(english, inCode));
  });

  it('link to the same pages, but for each other', () => {
    const links = /\]\(((?!README)[^)\s]+)\)/g;
    expect(set(chinese, links)).toEqual(set(english, links));
  });

  it('show the same commands and configuration', () => {
    const bare = (page: string) =>
      ['sh', 'yaml', 'js']
        .flatMap((language) => blocksIn(page, language))
        .map((text) => text.replaceAll(/\s+# .*$/gm, '').replaceAll(/Hello|你好/g, ''));
    expect(bare('README.zh-CN.md')).toEqual(bare('README.md'));
  });
});
