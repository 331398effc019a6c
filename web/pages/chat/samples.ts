/** The same call as code for other programs. The key is never in it: they read it from CORDGATE_KEY. */
import { type ChatCall, type ChatMessage, headersOf } from '../../api/chat.ts';

/** Languages of the samples. */
export type SampleLanguage = 'curl' | 'python' | 'typescript';

/** A call as code. @param base address of the OpenAI dialect: `http://127.0.0.1:8092/v1` */
export function sampleOf(language: SampleLanguage, base: string, { messages, ...call }: ChatCall): string {
  const short = { ...call, messages: messages.map(shortened) };
  if (language === 'curl') return curl(base, short);
  return language === 'python' ? python(base, short) : typescript(base, short);
}

function curl(base: string, { model, messages, conversation }: ChatCall): string {
  const body = JSON.stringify({ model, messages, stream: true }, null, 2);
  const headers = Object.entries(headersOf(conversation)).map(
    ([name, value]) => `  -H "${name}: ${value}" \\`,
  );
  return [
    'curl -N \\',
    `  ${base}/chat/completions \\`,
    '  -H "Authorization: Bearer $CORDGATE_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    ...headers,
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join('\n');
}

function python(base: string, { model, messages, conversation }: ChatCall): string {
  return [
    'import os',
    'from openai import OpenAI',
    '',
    'client = OpenAI(',
    `    base_url="${base}",`,
    '    api_key=os.environ["CORDGATE_KEY"],',
    ')',
    'stream = client.chat.completions.create(',
    `    model=${JSON.stringify(model)},`,
    `    messages=${indented(messages, '    ')},`,
    '    stream=True,',
    ...(conversation ? [`    extra_headers=${JSON.stringify(headersOf(conversation))},`] : []),
    ')',
    'for chunk in stream:',
    '    if chunk.choices:',
    '        words = chunk.choices[0].delta.content',
    '        print(words or "", end="", flush=True)',
  ].join('\n');
}

function typescript(base: string, { model, messages, conversation }: ChatCall): string {
  const head = conversation ? `, {\n  headers: ${JSON.stringify(headersOf(conversation))},\n}` : '';
  return [
    "import OpenAI from 'openai';",
    '',
    'const client = new OpenAI({',
    `  baseURL: '${base}',`,
    '  apiKey: process.env.CORDGATE_KEY,',
    '});',
    'const stream = await client.chat.completions.create({',
    `  model: ${JSON.stringify(model)},`,
    `  messages: ${indented(messages, '  ')},`,
    '  stream: true,',
    `}${head});`,
    'for await (const chunk of stream) {',
    "  process.stdout.write(chunk.choices[0]?.delta.content ?? '');",
    '}',
  ].join('\n');
}

function indented(value: unknown, space: string): string {
  return JSON.stringify(value, null, space.length).replaceAll('\n', `\n${space}`);
}

/** A picture inside the code would be all that one sees of it. */
function shortened({ role, content }: ChatMessage): ChatMessage {
  if (typeof content === 'string') return { role, content };
  const parts = content.map((part) =>
    part.type === 'image_url'
      ? { ...part, image_url: { url: part.image_url.url.replace(/(;base64,.{12}).+/, '$1…') } }
      : part,
  );
  return { role, content: parts };
}
