import { describe, expect, it } from 'vitest';
import { describeAll } from '../../../src/http/documentation.ts';
import { makeApp } from '../support.ts';

const document = describeAll('1.2.3');
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Everything that an app can serve. */
async function served() {
  const { app } = makeApp({
    copies: {} as never,
    administration: {} as never,
    admin: {
      logs: {} as never,
      keyBook: {} as never,
      overview: (async () => ({})) as never,
      backup: (async () => ({})) as never,
    },
  });
  await app.ready();
  return app;
}

/** A path of the document as fastify writes it. */
const asRoute = (path: string) =>
  path
    .replace('/v1/models/{model}', '/v1/models/*')
    .replace('/ui/{file}', '/ui/*')
    .replace(/\{(\w+)\}/g, ':$1');

describe('the OpenAPI document', () => {
  it('describes only what is served', async () => {
    const app = await served();
    const missing = operations.filter(
      ({ path, method }) => !app.hasRoute({ url: asRoute(path), method: method.toUpperCase() }),
    );
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it('describes everything that is served', async () => {
    const app = await served();
    const printed = app.printRoutes({ commonPrefix: false });
    const urls = pathsIn(printed);
    expect(urls.length).toBeGreaterThan(200);
    const known = new Set(Object.keys(document.paths).map((path) => asRoute(path).toLowerCase()));
    // Whole families that are refused in the dialect's own shape.
    const refused = ['/mj', '/mj/*', '/pika', '/pika/*', '/ui', '*'];
    const missing = urls.filter((url) => !known.has(url.toLowerCase()) && !refused.includes(url));
    expect(missing).toEqual([]);
  });

  it('describes every method that does something', async () => {
    const app = await served();
    const wrong: string[] = [];
    for (const path of Object.keys(document.paths)) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const url = path.replace(/\{\w+\}/g, '1');
        const { statusCode } = await app.inject({ method, url });
        const isDescribed = document.paths[path]?.[method.toLowerCase()] !== undefined;
        // Read as the id of a video.
        if (/^\/v1\/videos\/[a-z]+$/.test(path) && method !== 'POST') continue;
        // The Bridge takes any method for the same.
        const isAny = isBridge(path) && method !== 'GET' && method !== 'POST';
        const does = statusCode !== 405 && !(statusCode === 404 && !isDescribed);
        if (does !== isDescribed && !isAny) wrong.push(`${method} ${path}: ${statusCode}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('says truly where a key is needed', async () => {
    const app = await served();
    const wrong: string[] = [];
    for (const { path, method, operation } of operations) {
      const url = path.replace(/\{\w+\}/g, '1');
      const { statusCode } = await app.inject({ method: method.toUpperCase() as 'GET', url });
      const isRefused = isBridge(path) ? statusCode === 403 : statusCode === 401;
      if (isRefused !== operation.security.length > 0) wrong.push(`${method} ${path}: ${statusCode}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is served, with the version of the gateway', async () => {
    const { app } = makeApp({ version: '1.2.3' });
    const response = await app.inject('/openapi.json');
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toEqual(JSON.parse(JSON.stringify(document)));
    expect(document.info.version).toBe('1.2.3');
    expect((await app.inject({ method: 'POST', url: '/openapi.json' })).statusCode).toBe(405);
  });
});

describe('by the rules of OpenAPI 3.1', () => {
  it('resolves every reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to);
    expect(references.length).toBeGreaterThan(20);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.filter((to) => !known.includes(to ?? ''))).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('declares every parameter of a path, once', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(declared.every(({ required }) => required)).toBe(true);
      const all = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it('has operation ids of its own, tags that exist, and security schemes that exist', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.map(({ name }) => name);
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { operation } of operations) {
      expect(tags).toContain(operation.tags[0]);
      for (const one of operation.security) expect(schemes).toContain(Object.keys(one)[0]);
      expect(operation.summary).not.toBe('');
    }
  });

  it('has statuses and media types as keys, a body only where there may be one, and no two paths that are one', () => {
    for (const { method, operation } of operations) {
      for (const status of Object.keys(operation.responses))
        expect(status).toMatch(/^(?:[1-5]\d\d|default)$/);
      const contents = [
        operation.requestBody?.content,
        ...Object.values(operation.responses).map((one) => one.content),
      ];
      for (const type of contents.flatMap((content) => Object.keys(content ?? {})))
        expect(type).toMatch(/^\w+\/[\w.+-]+$/);
      if (method === 'get') expect(operation.requestBody).toBeUndefined();
    }
    const shapes = Object.keys(document.paths).map((path) => path.replace(/\{\w+\}/g, '{}'));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('has schemas with types that JSON Schema knows', () => {
    const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
    const visit = (value: unknown, isMap = false): void => {
      if (typeof value !== 'object' || value === null) return;
      if (Array.isArray(value)) {
        for (const one of value) visit(one);
        return;
      }
      const { type, required, properties } = value as Record<string, unknown>;
      if (!isMap) {
        for (const one of [type ?? []].flat()) expect(types).toContain(one);
        if (required !== undefined) {
          for (const name of required as string[]) expect(Object.keys(properties as object)).toContain(name);
        }
      }
      for (const [key, inner] of Object.entries(value)) visit(inner, key === 'properties' && !isMap);
    };
    const contents = operations.flatMap(({ operation }) => [
      ...Object.values(operation.requestBody?.content ?? {}),
      ...Object.values(operation.responses).flatMap(({ content }) => Object.values(content ?? {})),
    ]);
    for (const { schema } of contents) visit(schema);
    for (const schema of Object.values(document.components.schemas)) visit(schema);
  });
});

function isBridge(path: string): boolean {
  return /^\/(?:api\/|Ping$|robots\.txt$|$)/.test(path);
}

/** The paths of fastify's tree, which indents by four characters. */
function pathsIn(printed: string): string[] {
  const stack: string[] = [];
  const found: string[] = [];
  for (const line of printed.split('\n')) {
    const [, indent = '', segment, methods] =
      /^((?:│ {3}| {4})*)(?:├── |└── )(\S*)(?: \((.*)\))?$/.exec(line) ?? [];
    if (segment === undefined) continue;
    const depth = indent.length / 4;
    stack.length = depth;
    // A wildcard stands below the path that it follows.
    const parent = stack[depth - 1] ?? '';
    stack[depth] = segment === '*' && parent !== '' && !parent.endsWith('/') ? '/*' : segment;
    if (methods !== undefined && methods !== 'OPTIONS')
      found.push(stack.join('').replace(/^\/+/, '/') || '/');
  }
  return [...new Set(found.map((path) => (path.length > 1 ? path.replace(/\/$/, '') : path)))];
}
