/** Callers of the soak that chat: whole answers, streams, and some that leave in the middle. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KEY } from './setting.ts';
import type { Tally } from './soak-tally.ts';

let questions = 0;

/** Asks one question; what comes back must be the bot's answer to it, or the beginning of it. */
export async function chatOnce(url: string, tally: Tally, kind: 'chat' | 'stream' | 'leaver'): Promise<void> {
  questions += 1;
  const question = `question ${questions} of ${(questions * 7919) % 100_003}`;
  const leaving = new AbortController();
  if (kind === 'leaver') void sleep(50 + ((questions * 37) % 400)).then(() => leaving.abort());
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': 'application/json',
        // Every third goes on in one of a few conversations.
        ...(questions % 3 === 0 ? { 'x-conversation': `soak-${questions % 7}` } : {}),
      },
      body: JSON.stringify({
        model: 'gpt-4o',
        stream: kind !== 'chat',
        messages: [{ role: 'user', content: question }],
      }),
      signal: leaving.signal,
    });
    const body = await response.text();
    if (!response.ok) return tally.count(kind, String(response.status));
    judge(tally, kind, question, kind === 'chat' ? wholeText(body) : streamedText(body));
  } catch {
    tally.count(kind, leaving.signal.aborted ? 'left' : 'broken');
  }
}

function judge(tally: Tally, kind: string, question: string, { text, ended }: Answer): void {
  const expected = `You said: ${question}`;
  if (text === expected && ended) tally.count(kind, 'answered');
  else if (expected.startsWith(text)) tally.count(kind, 'cut');
  else tally.cross(kind, `"${question}" was answered with "${text}"`);
}

interface Answer {
  readonly text: string;
  readonly ended: boolean;
}

function wholeText(body: string): Answer {
  const { choices } = JSON.parse(body) as {
    choices: { message: { content: string }; finish_reason: string }[];
  };
  return { text: choices[0]?.message.content ?? '', ended: choices[0]?.finish_reason === 'stop' };
}

function streamedText(body: string): Answer {
  const frames = body.split('\n\n').filter((frame) => frame.startsWith('data: '));
  const text = frames
    .filter((frame) => frame !== 'data: [DONE]')
    .map((frame) => JSON.parse(frame.slice(6)) as { choices?: { delta: { content?: string } }[] })
    .map(({ choices }) => choices?.[0]?.delta.content ?? '')
    .join('');
  return { text, ended: frames.at(-1) === 'data: [DONE]' };
}
