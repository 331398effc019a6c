import { z } from 'zod';
import type { Described, Section } from '../openapi/describe.ts';
import {
  conversationSchema,
  conversationsSchema,
  errorSchema,
  meSchema,
  messagesSchema,
  receiptSchema,
  studiosSchema,
  taskPageSchema,
  taskSchema,
} from './answers.ts';
import {
  addressSchema,
  conversationQuerySchema,
  newConversationSchema,
  renamedConversationSchema,
} from './conversations.ts';
import { formSchema, orderSchema } from './order.ts';
import { taskQuerySchema } from './query.ts';

const ID = { id: 'id of the task' };
const NAME = { name: 'name of the conversation, or the id of its channel' };

/** What an event stream carries. */
const EVENTS = z
  .string()
  .describe(
    'Server-sent events: "task" (data: a Task), "account" (data: a Studio), "missed" (data: {"count": n}, changes that were given up because they were read too slowly). Each has an id that grows.',
  );

/** Looking at tasks, under a prefix: the same in the native dialect and in the management. */
export function taskPaths(prefix: string, access: 'key' | 'admin'): Described[] {
  return [
    {
      method: 'get',
      path: `${prefix}/tasks`,
      access,
      does: 'Lists tasks, newest first',
      details: 'Admin keys see the tasks of all keys, others their own.',
      query: taskQuerySchema,
      answers: [{ status: 200, is: 'One page.', json: taskPageSchema }],
    },
    {
      method: 'get',
      path: `${prefix}/tasks/{id}`,
      access,
      does: 'Shows one task',
      params: ID,
      answers: [{ status: 200, is: 'The task as it stands.', json: taskSchema }],
    },
    {
      method: 'post',
      path: `${prefix}/tasks/{id}/cancel`,
      access,
      does: 'Ends a task; an ended one stays as it is',
      params: ID,
      answers: [{ status: 200, is: 'The task as it stands now.', json: taskSchema }],
    },
    {
      method: 'get',
      path: `${prefix}/events`,
      access,
      does: 'Tells every change of tasks and accounts as it happens',
      answers: [
        { status: 200, is: 'Events until the caller leaves.', other: { 'text/event-stream': EVENTS } },
      ],
    },
    {
      method: 'get',
      path: `${prefix}/accounts`,
      access,
      does: 'Lists the accounts of drawing and filming bots',
      answers: [{ status: 200, is: 'One for each channel of an account.', json: studiosSchema }],
    },
  ];
}

const BASE = '/cordgate/v1';

const WORK: readonly Described[] = [
  {
    method: 'get',
    path: `${BASE}/me`,
    access: 'key',
    does: 'Says who calls, and what the key can use',
    answers: [{ status: 200, is: 'The key and its models.', json: meSchema }],
  },
  {
    method: 'post',
    path: `${BASE}/tasks`,
    access: 'key',
    does: 'Asks a bot for a picture, a video, or anything else that it does by tasks',
    details: 'The task goes on by itself: look at it, follow /events, or give an address to notify.',
    body: { json: orderSchema },
    answers: [{ status: 202, is: 'The task was taken.', json: receiptSchema }],
  },
  {
    method: 'delete',
    path: `${BASE}/tasks/{id}`,
    access: 'key',
    does: 'Forgets an ended task; its message on Discord stays',
    params: ID,
    answers: [{ status: 204, is: 'It is forgotten.' }],
  },
  {
    method: 'post',
    path: `${BASE}/tasks/{id}/form`,
    access: 'key',
    does: 'Gives a task in status "form" the words or the mask that it waits for',
    params: ID,
    body: { json: formSchema },
    answers: [{ status: 202, is: 'The task stands in its line.', json: receiptSchema }],
  },
  {
    method: 'post',
    path: `${BASE}/tasks/{id}/retry`,
    access: 'key',
    does: 'Submits the same request again, as a new task',
    details: 'Pictures that were sent along are not kept: such a task answers 409 not_repeatable.',
    params: ID,
    answers: [{ status: 202, is: 'The new task.', json: receiptSchema }],
  },
  {
    method: 'get',
    path: `${BASE}/tasks/{id}/seed`,
    access: 'key',
    does: 'Tells the seed of a finished picture',
    params: ID,
    answers: [{ status: 200, is: 'The seed.', json: z.strictObject({ seed: z.string() }) }],
  },
];

const CONVERSATIONS: readonly Described[] = [
  {
    method: 'get',
    path: `${BASE}/conversations`,
    access: 'key',
    does: 'Lists lasting conversations',
    details: 'Admin keys see those of all keys, others their own and those that the operator gave.',
    query: conversationQuerySchema,
    answers: [{ status: 200, is: 'The conversations.', json: conversationsSchema }],
  },
  {
    method: 'post',
    path: `${BASE}/conversations`,
    access: 'key',
    does: 'Makes a conversation, with a channel of its own',
    details: 'Talk in it with the header x-conversation of /v1/chat/completions.',
    body: { json: newConversationSchema },
    answers: [{ status: 201, is: 'It is made.', json: conversationSchema }],
  },
  {
    method: 'patch',
    path: `${BASE}/conversations/{name}`,
    access: 'key',
    does: 'Gives a conversation another name',
    params: NAME,
    query: addressSchema,
    body: { json: renamedConversationSchema },
    answers: [{ status: 200, is: 'The conversation as it is now.', json: conversationSchema }],
  },
  {
    method: 'delete',
    path: `${BASE}/conversations/{name}`,
    access: 'key',
    does: 'Ends a conversation and deletes its channel',
    params: NAME,
    query: addressSchema,
    answers: [{ status: 204, is: 'It is gone.' }],
  },
  {
    method: 'get',
    path: `${BASE}/conversations/{name}/messages`,
    access: 'key',
    does: 'Shows what was said in a conversation: the newest 50 messages, oldest first',
    params: NAME,
    query: addressSchema,
    answers: [{ status: 200, is: 'The messages, read from Discord.', json: messagesSchema }],
  },
];

/** cordgate's own dialect. */
export const NATIVE: Section = {
  name: 'cordgate',
  about:
    'cordgate’s own dialect: everything that its bots can do, in one shape. The web interface lives on it.',
  error: errorSchema,
  errorText: 'An error, with the HTTP status of its code.',
  paths: [...WORK, ...taskPaths(BASE, 'key'), ...CONVERSATIONS],
};
