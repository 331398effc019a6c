/** The floor of status reads: a route that answers one fixed task as JSON. */
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { MIDJOURNEY_PATH } from './imagine-setting.ts';
import { childOptions, serveParent } from './measured.ts';

const task = childOptions<object>();
const app = fastify();
app.get(`${MIDJOURNEY_PATH}/task/:id/fetch`, async () => task);
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = app.server.address() as AddressInfo;
serveParent({ url: `http://127.0.0.1:${port}${MIDJOURNEY_PATH}` }, () => app.close());
