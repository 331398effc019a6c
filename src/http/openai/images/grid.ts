import type { Task } from '../../../core/task.ts';
import { isPicture } from '../pictures.ts';

/** True for a result that shows four pictures in one: its buttons count them, or it is new and has no buttons. */
export function isGrid({ media, actions, request }: Task): boolean {
  const [picture, ...others] = media;
  if (picture === undefined || others.length > 0 || !isPicture(picture)) return false;
  const counts = actions.some(
    ({ kind, index }) => (kind === 'upscale' || kind === 'vary') && index !== undefined,
  );
  return counts || (actions.length === 0 && (request.verb === 'imagine' || request.verb === 'blend'));
}
