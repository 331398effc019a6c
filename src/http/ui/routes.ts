/** The web interface as files, and the way there. */
import { stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/errors.ts';
import { allowOnly } from '../method-guard.ts';
import { useDialect } from '../request-context.ts';

/** What the interface needs. */
export interface UiOptions {
  /** Folder of the built interface. */
  readonly root?: string | undefined;
  /** Base of the host that shows Discord's pictures. */
  readonly cdn: string;
}

/** `dist/ui` of the package, from the sources and from the build alike. */
const BUILT = join(import.meta.dirname, '../../../dist/ui');

/** Vite writes a hash of the content into the names of these files. */
const HASHED = /[/\\]assets[/\\][^/\\]+-[\w-]{8}\.\w+$/;

const HASHED_CACHE = 'public, max-age=31536000, immutable';

/** A browser that opens the gateway itself is led to the interface; everyone else gets the Bridge's answer. */
export function leadBrowsers(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url !== '/' || !isPage(request)) done();
    else reply.header('vary', 'accept').redirect('/ui/', 302);
  });
}

/** The web interface, to be registered under `/ui`. */
export function uiRoutes({ root = BUILT, cdn }: UiOptions): (scope: FastifyInstance) => Promise<void> {
  const policy = policyOf(cdn);
  return async (scope) => {
    useDialect(scope, 'ui');
    // Which file answers is decided below; of the plugin only the sending is wanted.
    await scope.register(fastifyStatic, { serve: false, root, cacheControl: false, index: false });
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('content-security-policy', policy);
    });
    const give = (path: string, request: FastifyRequest, reply: FastifyReply) => {
      send(root, path, request, reply).catch((error: unknown) => reply.send(error));
    };
    scope.get<{ Params: { '*': string } }>('/*', (request, reply) => {
      give(request.params['*'], request, reply);
    });
    allowOnly(scope, '/*', ['GET']);
    scope.get('/', (request, reply) => {
      // Links of the page are relative to its folder.
      if (!/\/ui\/(?:\?|$)/i.test(request.url)) reply.redirect('/ui/', 302);
      else give('', request, reply);
    });
    allowOnly(scope, '/', ['GET']);
  };
}

async function send(root: string, path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const wanted = normalize(path);
  if (wanted !== '.' && (await isFile(root, wanted))) {
    reply.header('cache-control', HASHED.test(sep + wanted) ? HASHED_CACHE : 'no-cache');
    reply.sendFile(wanted, root);
    return;
  }
  // Pages of the interface are paths that only the interface knows.
  if (wanted !== '.' && !isPage(request)) throw new GatewayError('not_found', 'There is no such file.');
  const isBuilt = await isFile(root, 'index.html');
  if (isBuilt) reply.header('cache-control', 'no-cache').sendFile('index.html', root);
  else notBuilt(reply);
}

async function isFile(root: string, path: string): Promise<boolean> {
  if (path.includes('\0') || path.split(sep).includes('..')) return false;
  return stat(join(root, path)).then(
    (found) => found.isFile(),
    () => false,
  );
}

function notBuilt(reply: FastifyReply): void {
  const text =
    'The web interface was not built.\n\nRun "npm run build" in the folder of cordgate, then load this page again.\nThe APIs work without it; see /docs.\n';
  reply.code(404).type('text/plain; charset=utf-8').send(text);
}

/** True for a browser that wants a page. */
function isPage({ headers }: FastifyRequest): boolean {
  return /(?:^|,)\s*text\/html\s*(?:;(?!\s*q=0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(headers.accept ?? '');
}

/** Nothing but the gateway's own files; pictures and videos of bots come from Discord, or where a mirror shows them. */
function policyOf(cdn: string): string {
  const shown = ["'self'", 'data:', 'blob:', 'https:', ...originOf(cdn)].join(' ');
  return [
    "default-src 'self'",
    `img-src ${shown}`,
    `media-src ${shown}`,
    "connect-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function originOf(url: string): string[] {
  const origin = URL.parse(url)?.origin;
  return origin?.startsWith('http:') ? [origin] : [];
}
