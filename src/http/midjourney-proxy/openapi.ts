import { z } from 'zod';
import type { Described, Section } from '../openapi/describe.ts';
import { ABSENT_ENDPOINTS } from './absent-endpoints.ts';
import { SCHEMAS } from './schema.ts';

const unknown = z.record(z.string(), z.unknown());

const submitted = z
  .object({
    code: z
      .int()
      .describe(
        '1 taken, 21 waits for words, 22 in line, 23 line full, 24 banned word, 3 not found, 4 invalid, 9 failed',
      ),
    description: z.string(),
    result: z.string().nullable().describe('id of the task'),
    properties: unknown,
  })
  .meta({ id: 'ProxyAnswer' });

const moment = z.int().nullable().describe('milliseconds since the epoch');
const text = z.string().nullable();
const links = z.array(z.object({ url: z.string() }));

const task = z
  .object({
    id: z.string(),
    action: z.string(),
    status: z.enum(['NOT_START', 'SUBMITTED', 'MODAL', 'IN_PROGRESS', 'SUCCESS', 'FAILURE', 'CANCEL']),
    prompt: z.string(),
    promptEn: z.string(),
    promptFull: z.string(),
    description: z.string(),
    state: text,
    submitTime: z.int(),
    startTime: moment,
    finishTime: moment,
    imageUrl: text,
    imageUrls: links,
    videoUrl: text,
    videoUrls: links,
    imageWidth: z.int().nullable(),
    imageHeight: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    contentType: text,
    progress: z.string(),
    failReason: text,
    buttons: z.array(
      z.object({
        customId: z.string(),
        emoji: z.string(),
        label: z.string(),
        style: z.int(),
        type: z.int(),
      }),
    ),
    properties: unknown,
    parentId: text,
    botType: z.enum(['MID_JOURNEY', 'NIJI_JOURNEY']),
    mode: text,
    nonce: text,
    messageId: text,
    instanceId: z.string(),
    channelId: z.string(),
    jobId: text,
    seed: text,
    customId: text,
  })
  .meta({ id: 'ProxyTask' });

const account = z
  .object({
    id: z.string(),
    guildId: text,
    channelId: z.string(),
    enable: z.boolean(),
    running: z.boolean(),
    disabledReason: text,
    coreSize: z.int(),
    queueSize: z.int(),
    runningCount: z.int(),
    queueCount: z.int(),
    dayDrawLimit: z.int().nullable(),
    dayDrawCount: z.int().nullable(),
    fastExhausted: z.boolean(),
    properties: unknown,
  })
  .meta({ id: 'ProxyAccount' });

type Name = keyof typeof SCHEMAS;

/** What each submission does, and what it cannot do without. */
const SUBMISSIONS: readonly (readonly [name: Name, does: string, needs: readonly string[]])[] = [
  ['imagine', 'Draws four pictures', ['prompt']],
  ['describe', 'Describes a picture', []],
  ['blend', 'Blends two to five pictures', ['base64Array']],
  ['shorten', 'Shortens a prompt', ['prompt']],
  ['show', 'Shows a job again, by its id', ['jobId']],
  ['change', 'Presses a button of a finished task', ['taskId', 'action']],
  ['simple-change', 'Presses a button, written as "ID U2"', ['content']],
  ['action', 'Presses a button by its custom id', ['taskId', 'customId']],
  ['video', 'Films a picture, or goes on with a clip', []],
  ['edit', 'Paints a region of a finished picture anew', ['taskId', 'maskBase64']],
  ['edits', 'The same', ['taskId', 'maskBase64']],
  ['modal', 'Gives a waiting task its words or its mask', ['taskId']],
];

const ID = { id: 'id of the task' };

function pathsUnder(prefix: string): Described[] {
  const base = `/midjourney-proxy${prefix}`;
  return [
    ...submissions(`${base}/submit`),
    ...taskPaths(`${base}/task`),
    ...reading(`${base}/account/list`, 'Lists the accounts', z.array(account)),
    ...reading(`${base}/account/{id}/fetch`, 'Shows an account; nothing at all when there is none', account, {
      id: 'name of the account, or its channel',
    }),
    {
      method: 'get',
      path: `${base}/image/{id}`,
      access: 'key',
      does: 'Leads to the picture of a task',
      params: ID,
      answers: [{ status: 302, is: 'The picture is there.' }],
    },
    ...Object.keys(ABSENT_ENDPOINTS).flatMap((path) => {
      const url = `${base}/${path.replace(/:(\w+)/g, '{$1}')}`;
      return reading(url, 'Refuses: no button of Discord stands behind it (code 4)', submitted);
    }),
  ];
}

function submissions(base: string): Described[] {
  const all = SUBMISSIONS.map(([name, does, needs]): Described => {
    const body = { json: SCHEMAS[name], form: SCHEMAS[name], needs };
    const answers = [{ status: 200, is: 'What became of it, by its code.', json: submitted }];
    return { method: 'post', path: `${base}/${name}`, access: 'key', does, body, answers };
  });
  const links = submitted.extend({ result: z.array(z.string()).nullable() });
  const upload: Described = {
    method: 'post',
    path: `${base}/upload-discord-images`,
    access: 'key',
    does: 'Puts pictures onto Discord',
    body: { json: SCHEMAS['upload-discord-images'], needs: ['base64Array'] },
    answers: [{ status: 200, is: 'The links.', json: links }],
  };
  return [...all, upload];
}

function taskPaths(base: string): Described[] {
  return [
    ...reading(`${base}/{id}/fetch`, 'Tells how a task stands; nothing at all when there is none', task, ID),
    ...reading(`${base}/{id}/image-seed`, 'Tells the seed of a picture', submitted, ID),
    ...reading(`${base}/list`, 'Lists the newest tasks', z.array(task)),
    ...reading(`${base}/queue`, 'Lists the tasks that have not ended', z.array(task)),
    {
      method: 'post',
      path: `${base}/{id}/cancel`,
      access: 'key',
      does: 'Ends a task',
      params: ID,
      answers: [{ status: 200, is: 'The task as it stands now.', json: task }],
    },
    ...['list-by-condition', 'list-by-ids'].map((name): Described => {
      return {
        method: 'post',
        path: `${base}/${name}`,
        access: 'key',
        does: 'Shows tasks by their ids',
        body: { json: SCHEMAS['list-by-condition'], needs: ['ids'] },
        answers: [{ status: 200, is: 'Those that there are.', json: z.array(task) }],
      };
    }),
  ];
}

/** Clients read with either method. */
function reading(path: string, does: string, json: z.ZodType, params: Described['params'] = {}): Described[] {
  const answers = [{ status: 200, is: 'What was asked for.', json }];
  const query = path.endsWith('/task/list')
    ? { query: z.object({ limit: z.int().optional().describe('1 to 1,000; 100 when left out') }) }
    : {};
  return [
    { method: 'get', path, access: 'key', does, params, answers, ...query },
    { method: 'post', path, access: 'key', does, params, answers, ...query },
  ];
}

/** The dialect of Midjourney-Proxy. */
export const MIDJOURNEY_PROXY: Section = {
  name: 'midjourney-proxy',
  about:
    'The API of Midjourney-Proxy: its clients need only another base URL. The same paths under mj-fast, mj-relax and mj-turbo ask for that speed.',
  error: submitted,
  errorText: 'Errors are HTTP 200 with a code of their own; a wrong key is 401 without a body.',
  paths: ['/mj', '/mj-fast/mj', '/mj-relax/mj', '/mj-turbo/mj'].flatMap(pathsUnder),
};
