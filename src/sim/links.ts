/** Links to attachments, signed anew. */
import { type Actor, requireLogin } from './access.ts';
import { Form } from './form.ts';
import type { WireObject } from './model.ts';

/** Most links of one request. */
const LINKS_LIMIT = 50;

/** POST /attachments/refresh-urls: expired and unsigned links are signed anew; strange ones get null. */
export function refreshLinks(
  actor: Actor,
  body: WireObject,
): { original: string; refreshed: string | null }[] {
  requireLogin(actor);
  const form = new Form(body);
  const given: unknown[] = Array.isArray(body.attachment_urls) ? body.attachment_urls : [];
  if (given.length === 0) form.fail(['attachment_urls'], 'BASE_TYPE_REQUIRED', 'This field is required');
  if (given.length > LINKS_LIMIT) {
    const message = `Must be between 1 and ${LINKS_LIMIT} in length.`;
    form.fail(['attachment_urls'], 'BASE_TYPE_BAD_LENGTH', message);
  }
  form.done();
  return given.map(String).map((original) => {
    const path = URL.canParse(original) ? new URL(original).pathname : '';
    const { files } = actor.world;
    return { original, refreshed: files.has(path) ? files.sign(path) : null };
  });
}
