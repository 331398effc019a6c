import { useResource } from '../../api/resource.ts';
import { readMe } from '../../api/tasks.ts';

/** Ids of the bots as they are now: some may have come since sign-in. */
export function useBotIds(): readonly string[] {
  const { data } = useResource(readMe, []);
  return [...new Set(data?.models.flatMap(({ bots }) => bots))].sort();
}
