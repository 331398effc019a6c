/** Composition: the ports on which a gateway listens, HTTP and HTTPS over one service. */
import { Server as HttpsServer } from 'node:https';
import type { FastifyInstance } from 'fastify';
import { type Certificate, readCertificate } from '../config/certificate.ts';
import type { Config } from '../config/schema.ts';
import { createApp, type HttpOptions } from '../http/app.ts';
import { watchCertificate } from './certificate-watch.ts';

/** How long the last bytes of an answer may take to reach their caller, in milliseconds. */
const LAST_BYTES_MS = 500;

/** Where a gateway listens. */
export interface DoorUrls {
  /** `http://127.0.0.1:8092`; the HTTPS one when HTTP is off. */
  readonly url: string;
  /** `https://127.0.0.1:8093`, when the configuration has `server.tls`. */
  readonly httpsUrl: string | undefined;
}

/** The doors of a gateway. */
export interface Doors {
  /** Listens. @throws Error when an address is taken */
  open(): Promise<DoorUrls>;
  /**
   * Takes no new requests and waits for the answers under way. Connections that are still there when all is
   * `answered` (a browser's reserve, half a request) are cut.
   */
  close(answered: Promise<void>): Promise<void>;
}

/**
 * Makes the doors that a configuration names; nobody listens yet.
 * @param isPortFree says that `server.port` 0 stands for any free port, also beside HTTPS, where it means "off" else
 * @throws ConfigError when the certificate cannot be used
 */
export function createDoors(server: Config['server'], http: HttpOptions, isPortFree: boolean): Doors {
  const { host, port, tls } = server;
  const certificate = tls && readCertificate(tls, http.clock.now(), 'server.tls');
  const isHttpOff = tls !== undefined && port === 0 && !isPortFree;
  const plain = isHttpOff ? undefined : createApp(http);
  const secure = certificate && createApp({ ...http, tls: certificate });
  let stopWatch = () => {};
  return {
    async open() {
      const url = await plain?.listen({ host, port });
      const httpsUrl = await listenSecurely(secure, { host, port: tls?.port ?? 0 });
      if (secure && certificate && tls) stopWatch = renew(tls, certificate, secure, http);
      return { url: url ?? httpsUrl ?? '', httpsUrl };
    },
    async close(answered) {
      stopWatch();
      const apps = [plain, secure].filter((app) => app !== undefined);
      const closing = Promise.all(apps.map((app) => app.close()));
      await answered;
      const cancel = http.clock.after(LAST_BYTES_MS, () => {
        for (const app of apps) app.server.closeAllConnections();
      });
      await closing;
      cancel();
    },
  };
}

async function listenSecurely(
  app: FastifyInstance | undefined,
  address: { host: string; port: number },
): Promise<string | undefined> {
  // Fastify cannot know that the server it was given speaks TLS.
  return (await app?.listen(address))?.replace(/^http:/, 'https:');
}

function renew(
  files: { readonly cert: string; readonly key: string },
  certificate: Certificate,
  { server }: FastifyInstance,
  http: HttpOptions,
): () => void {
  if (!(server instanceof HttpsServer)) return () => {};
  return watchCertificate(files, certificate, server, http);
}
