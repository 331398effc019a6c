import { z } from 'zod';
import type { Described, Section } from '../openapi/describe.ts';

const failed = z
  .object({
    code: z.int().describe('the HTTP status again'),
    message: z.string(),
    data: z.object({ status: z.literal(false) }).optional(),
  })
  .meta({ id: 'BridgeFailure' });

const answer = <Data extends z.ZodType>(data: Data) =>
  z.object({ code: z.literal(200), message: z.string(), data });
const bare = z.object({ code: z.literal(200), message: z.string() });
const done = answer(z.object({ status: z.boolean() }));

const text = (means: string) => z.string().optional().describe(means);
const name = text('name of the conversation, or the id of its channel');

interface Endpoint {
  readonly path: string;
  readonly does: string;
  readonly details?: string;
  readonly takes: z.ZodObject;
  readonly gives: z.ZodType;
  readonly isStream?: boolean;
  readonly isOpen?: boolean;
}

const conversation = { conversation_id: z.string(), conversation_name: z.string() };
const prompt = {
  prompt: text('what is to be said to the bot'),
  image: text('a picture as base64, with or without the head of a data URL'),
  name,
};

const ENDPOINTS: readonly Endpoint[] = [
  {
    path: '/api/CreateConversation',
    does: 'Makes a conversation',
    takes: z.object({ name: text('its name; a random one when left out') }),
    gives: answer(z.object(conversation)),
  },
  {
    path: '/api/DeleteConversation',
    does: 'Deletes a conversation',
    takes: z.object({ name }),
    gives: done,
  },
  {
    path: '/api/RenameConversation',
    does: 'Gives a conversation another name',
    takes: z.object({ name, new_name: text('the new name') }),
    gives: answer(z.object({ status: z.boolean(), ...conversation })),
  },
  {
    path: '/api/ConversationIsFound',
    does: 'Tells whether there is a conversation',
    takes: z.object({ name }),
    gives: answer(
      z.object({
        status: z.boolean(),
        conversation_id: z.string().optional(),
        conversation_name: z.string().optional(),
      }),
    ),
  },
  {
    path: '/api/GetConversations',
    does: 'Lists the conversations',
    takes: z.object({}),
    gives: answer(z.record(z.string(), z.string())),
  },
  {
    path: '/api/GetLatestMessage',
    does: 'Tells what the bot said last',
    takes: z.object({ name }),
    gives: answer(z.object({ status: z.boolean(), prompt: z.string(), files: z.array(z.string()) })),
  },
  {
    path: '/api/Chat',
    does: 'Asks the bot, and waits for the whole answer',
    takes: z.object(prompt),
    gives: answer(z.object({ prompt: z.string(), files: z.array(z.string()) })),
  },
  {
    path: '/api/ChatStream',
    does: 'Asks the bot; the answer comes as it grows',
    takes: z.object(prompt),
    gives: answer(
      z.object({
        prompt_all: z.string(),
        prompt_new: z.string(),
        files: z.array(z.string()),
        done: z.boolean(),
      }),
    ),
    isStream: true,
  },
  {
    path: '/api/IsBotOnline',
    does: 'Tells whether a bot can answer',
    takes: z.object({}),
    gives: done,
  },
  {
    path: '/api/keepalive',
    does: 'Pings the bots that nobody has talked with for long',
    takes: z.object({}),
    gives: bare,
  },
  {
    path: '/api/protocol/ReLogin',
    does: 'Makes the reading accounts connect anew',
    takes: z.object({}),
    gives: done,
  },
  {
    path: '/',
    does: 'Answers; a browser is led to /ui/ (302)',
    takes: z.object({}),
    gives: answer(z.object({ now: z.int() })),
    isOpen: true,
  },
  { path: '/Ping', does: 'Answers', takes: z.object({}), gives: bare, isOpen: true },
];

const DETAILS =
  'Paths and names of parameters are matched without regard to case. Parameters come in the query, as JSON or as a form; the body wins. PUT, PATCH and DELETE do the same.';

function pathsOf({ path, does, takes, gives, isStream, isOpen }: Endpoint): Described[] {
  const hasFields = Object.keys(takes.shape).length > 0;
  const common = {
    path,
    does,
    details: DETAILS,
    access: isOpen ? 'open' : 'key-or-parameter',
    answers: [
      isStream
        ? {
            status: 200,
            is: 'Events; each holds the whole text so far.',
            other: { 'text/event-stream': gives },
          }
        : { status: 200, is: 'Done.', json: gives },
    ],
  } as const;
  return [
    { method: 'get', ...common, ...(hasFields ? { query: takes } : {}) },
    { method: 'post', ...common, ...(hasFields ? { body: { json: takes, isOptional: true } } : {}) },
  ];
}

const ROBOTS = (['get', 'post'] as const).map((method): Described => {
  return {
    method,
    path: '/robots.txt',
    access: 'open',
    does: 'Keeps search engines away',
    answers: [{ status: 200, is: 'The file.', other: { 'text/plain': z.string() } }],
  };
});

/** The dialect of the Coze-Discord-Bridge. */
export const COZE_BRIDGE: Section = {
  name: 'coze-bridge',
  about: 'The API of Coze-Discord-Bridge: its clients work unchanged.',
  error: failed,
  errorText: 'An error: the HTTP status again as "code", words in Chinese. A missing or wrong key is 403.',
  paths: [...ENDPOINTS.flatMap(pathsOf), ...ROBOTS],
};
