/** What describes all dialects: `/openapi.json`, and `/docs` for people. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ADMIN } from './admin/openapi.ts';
import { COZE_BRIDGE } from './coze-bridge/openapi.ts';
import { DISCORDXY } from './discordxy/openapi.ts';
import { allowOnly } from './method-guard.ts';
import { MIDJOURNEY_PROXY } from './midjourney-proxy/openapi.ts';
import { errorSchema } from './native/answers.ts';
import { NATIVE } from './native/openapi.ts';
import { OPENAI } from './openai/openapi.ts';
import type { Section } from './openapi/describe.ts';
import { createDocument, type OpenApiDocument } from './openapi/document.ts';
import { renderPage } from './openapi/page.ts';
import { STYLE } from './openapi/style.ts';
import { useDialect } from './request-context.ts';

const text = z.string();
const readiness = z.object({
  status: z.enum(['ready', 'not ready']),
  reasons: z.array(z.string()),
  accounts: z.array(z.object({ id: z.string(), state: z.string(), reason: z.string().optional() })),
});

/** What is there for operation and for people, in no dialect. */
const OPERATIONS: Section = {
  name: 'operations',
  about: 'Probes, metrics, files, and the web interface. No key is needed.',
  error: errorSchema,
  errorText: 'An error, with the HTTP status of its code.',
  paths: [
    {
      method: 'get',
      path: '/healthz',
      access: 'open',
      does: 'Answers for as long as the process does',
      answers: [{ status: 200, is: 'It lives.', json: z.object({ status: z.literal('ok') }) }],
    },
    {
      method: 'get',
      path: '/readyz',
      access: 'open',
      does: 'Tells whether every bot can work',
      answers: [
        { status: 200, is: 'Ready.', json: readiness },
        { status: 503, is: 'Not ready, and why.', json: readiness },
      ],
    },
    {
      method: 'get',
      path: '/metrics',
      access: 'open',
      does: 'Gives metrics for Prometheus',
      answers: [{ status: 200, is: 'All metrics.', other: { 'text/plain': text } }],
    },
    {
      method: 'get',
      path: '/files/{name}',
      access: 'open',
      does: 'Gives a copy of a picture or video that the gateway keeps',
      params: { name: 'as links name it; nobody can guess it' },
      headers: { range: 'a part of it' },
      answers: [
        { status: 200, is: 'The whole file.', other: { 'application/octet-stream': undefined } },
        { status: 206, is: 'The part that was asked for.', other: { 'application/octet-stream': undefined } },
        { status: 304, is: 'The caller has it already.' },
      ],
    },
    {
      method: 'get',
      path: '/ui/{file}',
      access: 'open',
      does: 'The web interface; begin at /ui/',
      params: { file: 'a file of the interface, or one of its pages' },
      answers: [{ status: 200, is: 'The file.', other: { 'text/html': text } }],
    },
    {
      method: 'get',
      path: '/openapi.json',
      access: 'open',
      does: 'This description, for programs',
      answers: [{ status: 200, is: 'An OpenAPI 3.1 document.', json: z.record(z.string(), z.unknown()) }],
    },
    {
      method: 'get',
      path: '/docs',
      access: 'open',
      does: 'This description, for people',
      answers: [{ status: 200, is: 'A page.', other: { 'text/html': text } }],
    },
  ],
};

/** The OpenAPI document of everything that is served. @param version of the gateway */
export function describeAll(version: string): OpenApiDocument {
  const sections = [OPENAI, NATIVE, MIDJOURNEY_PROXY, DISCORDXY, COZE_BRIDGE, ADMIN, OPERATIONS];
  return createDocument(sections, version);
}

/** Nothing but this page's own style. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`;

/** `GET /openapi.json` and `/docs`; made at the first look, as few ever look. */
export function documentationRoutes(version: string): (scope: FastifyInstance) => Promise<void> {
  let made: { readonly json: string; readonly page: string } | undefined;
  const all = () => {
    if (made === undefined) {
      const document = describeAll(version);
      made = { json: JSON.stringify(document), page: renderPage(document) };
    }
    return made;
  };
  return async (scope) => {
    useDialect(scope, 'ui');
    const give = (url: string, type: string, body: () => string) => {
      scope.get(url, async (_request, reply) => {
        reply.headers({ 'cache-control': 'no-cache', 'content-security-policy': POLICY });
        return reply.type(type).send(body());
      });
      allowOnly(scope, url, ['GET']);
    };
    give('/openapi.json', 'application/json; charset=utf-8', () => all().json);
    give('/docs', 'text/html; charset=utf-8', () => all().page);
  };
}
