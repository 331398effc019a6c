/** A drawing bot in a chat: its task as the events of an answer. */
import type { Caller } from '../../../core/caller.ts';
import type { Chat, ChatEvent, ChatMessage, Usage } from '../../../core/chat.ts';
import type { Task, TaskVerb } from '../../../core/task.ts';
import type { TaskService } from '../../../core/tasks.ts';
import type { TokenCounter } from '../../../core/tokens.ts';
import { press } from '../../pressing.ts';
import { follow, submit } from '../tasks.ts';
import { readCommand } from './command.ts';
import { Narration, tellResult } from './narration.ts';
import { offeredWords } from './words.ts';

/** A chat with a drawing bot. */
export interface DrawingChatRequest {
  readonly service: TaskService;
  readonly caller: Caller;
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** What the model's bots can do. */
  readonly verbs: readonly TaskVerb[];
  /** True when the progress is told as well. */
  readonly streamed: boolean;
  /** Aborted when nobody waits any more; the task goes on. */
  readonly signal: AbortSignal;
  /** Counts words for the usage; without it they count nothing. */
  readonly tokens: TokenCounter | undefined;
  /** A finished task with the links that its caller is given. */
  readonly shown: (task: Task) => Promise<Task>;
  /** Hears the id of the task as soon as there is one. */
  readonly onTask: (id: string) => void;
  /** Hears what of the request was not obeyed. */
  readonly onWarning: (warning: string) => void;
}

/** Starts it; nothing is ordered before the events are iterated. @throws GatewayError invalid_request */
export function drawInChat(request: DrawingChatRequest): Chat {
  const { model, messages, verbs } = request;
  const order = readCommand(model, messages, verbs);
  // Nothing is to be remembered: the text itself names the task.
  return { events: events(request, order), remember: () => {} };
}

async function* events(
  request: DrawingChatRequest,
  order: ReturnType<typeof readCommand>,
): AsyncGenerator<ChatEvent> {
  const { task, ahead } = await begin(request, order);
  request.onTask(task.id);
  const narration = new Narration();
  if (request.streamed) yield { type: 'text-delta', text: narration.begin(task, ahead) };
  let last = task;
  for await (const state of follow(request, task.id)) {
    last = state;
    const text = request.streamed ? narration.tell(state) : '';
    if (text !== '') yield { type: 'text-delta', text };
  }
  if (last.warning !== undefined) request.onWarning(last.warning);
  yield {
    type: 'answer-completed',
    answer: await answerOf(request, await request.shown(last), order.prompt),
  };
}

function begin(request: DrawingChatRequest, order: ReturnType<typeof readCommand>) {
  const { service, caller, messages, signal } = request;
  const { parentId } = order;
  return press({
    action: order.action,
    asked: messages.findLast(({ role }) => role === 'user')?.text ?? '',
    offered: offeredWords,
    findParent: async () => (parentId === undefined ? undefined : service.findTask(caller, parentId, signal)),
    submit: (action) => submit(request, { ...order, action }),
  });
}

async function answerOf({ tokens }: DrawingChatRequest, task: Task, prompt: string) {
  const text = tellResult(task);
  const usage: Usage = {
    promptTokens: (await tokens?.count(prompt)) ?? 0,
    completionTokens: (await tokens?.count(text)) ?? 0,
  };
  return { text, media: task.media, suggestions: [], reason: 'stop' as const, usage };
}
