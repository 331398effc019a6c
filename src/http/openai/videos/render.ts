/** Videos in OpenAI's shapes (openai-openapi: VideoResource, VideoListResource, DeletedVideoResource). */
import type { Task, TaskStatus } from '../../../core/task.ts';
import { clipOf } from '../../clips.ts';
import { videoId } from './films.ts';
import { sizeFor } from './shape.ts';

const STATUSES: Readonly<Record<TaskStatus, 'queued' | 'in_progress' | 'completed' | 'failed'>> = {
  form: 'queued',
  queued: 'queued',
  submitted: 'in_progress',
  accepted: 'in_progress',
  waiting: 'in_progress',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'failed',
  'timed-out': 'failed',
};

/** Length of a clip, in seconds, by driver: nobody but the bot's makers can change it. */
const SECONDS: Readonly<Record<string, string>> = { pika: '3', midjourney: '5' };

/** A task as a video. */
export function renderVideo(task: Task) {
  const { id, model, status, percent, request, failure } = task;
  return {
    id: videoId(id),
    object: 'video',
    model,
    status: STATUSES[status],
    progress: Math.round(percent),
    created_at: seconds(task.submittedAt),
    completed_at: status === 'succeeded' && task.finishedAt !== undefined ? seconds(task.finishedAt) : null,
    // The links of Discord end, but the service renews them for as long as it knows the task.
    expires_at: null,
    prompt: request.form?.prompt ?? request.prompt,
    size: sizeOf(task),
    seconds: SECONDS[task.driver] ?? '3',
    remixed_from_video_id: sourceOf(task),
    error: failure ? { code: failure.code, message: failure.message } : null,
  };
}

/** A page of videos. */
export function renderVideoList(tasks: readonly Task[], hasMore: boolean) {
  const data = tasks.map(renderVideo);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}

/** What is left of a deleted video. */
export function renderDeleted(taskId: string) {
  return { id: videoId(taskId), object: 'video.deleted', deleted: true };
}

/** What came, else what was asked for. */
function sizeOf(task: Task): string {
  const { width, height } = clipOf(task) ?? {};
  return width && height ? `${width}x${height}` : sizeFor(task.request.prompt);
}

/** The first clip of a picture has no video before it. */
function sourceOf({ request: { parentId, action } }: Task): string | null {
  if (parentId === undefined || action === undefined || action.kind.startsWith('animate-')) return null;
  return videoId(parentId);
}

function seconds(atMs: number): number {
  return Math.floor(atMs / 1000);
}
