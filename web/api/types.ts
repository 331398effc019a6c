/** What the gateway answers. The shapes are the server's own schemas, as types only: nothing of it is loaded here. */
import type { z } from 'zod';
import type {
  errorSchema,
  receiptSchema,
  studioSchema,
  taskPageSchema,
  taskSchema,
} from '../../src/http/native/answers.ts';
import type { renderMe } from '../../src/http/native/me.ts';
import type { orderSchema } from '../../src/http/native/order.ts';

/** An error in OpenAI's shape. */
export type ErrorBody = z.infer<typeof errorSchema>;

/** A task, as `GET /cordgate/v1/tasks/:id` gives it. Times are milliseconds since the epoch. */
export type TaskView = z.infer<typeof taskSchema>;

/** How a task stands. */
export type TaskStatus = TaskView['status'];

/** What a task asks for. */
export type TaskVerb = TaskView['request']['verb'];

/** A moment in the life of a task. */
export type TaskMoment = TaskView['timeline'][number];

/** A button that a finished task offers. */
export type TaskActionView = TaskView['actions'][number];

/** What such a button does. */
export type ActionKind = TaskActionView['kind'];

/** A picture, clip or file that a task has made. */
export type MediaView = TaskView['media'][number];

/** An account in a channel of a drawing or filming bot. */
export type AccountView = z.infer<typeof studioSchema>;

/** `GET /cordgate/v1/me`: who the key belongs to, and what it may use. */
export type Me = ReturnType<typeof renderMe>;

/** A model that the key may use. */
export type ModelView = Me['models'][number];

/** A page of tasks; `next` is the `before` of the page after it. */
export type TaskPage = z.infer<typeof taskPageSchema>;

/** A task that was taken, and how many stand before it. */
export type Receipt = z.infer<typeof receiptSchema>;

/** What `POST /cordgate/v1/tasks` takes; pictures are data URLs or links. */
export type TaskOrderBody = z.input<typeof orderSchema>;
