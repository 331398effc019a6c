/**
 * cordgate inside a program: no port, no key. It brings its own simulated Discord, so that it runs anywhere:
 *
 *     node examples/library.ts
 */
import { createGateway } from 'cordgate';
import { startSim } from 'cordgate/sim';

const sim = await startSim({ port: 0, speed: 10 });
const [bridge] = sim.ready.accounts.filter(({ kind }) => kind === 'bot');

// The same keys as in cordgate.yaml. In front of the real Discord the section `discord` is left out.
const gateway = createGateway({
  discord: { api: sim.ready.api, gateway: sim.ready.gateway, cdn: sim.ready.cdn },
  accounts: [{ id: 'bridge', kind: 'bot', token: bridge?.token ?? '' }],
  bots: [
    {
      id: 'coze',
      driver: 'coze',
      listen: 'bridge',
      send: ['bridge'],
      guildId: sim.ready.guildId,
      botUserId: sim.ready.bots.coze.userId,
      models: ['gpt-4o'],
    },
  ],
  store: { driver: 'memory' },
});

// Ask, and read the answer as it comes.
const { text, answer } = gateway.chat({ messages: 'Hello, who are you?' });
for await (const piece of text) process.stdout.write(piece);
const { usage, suggestions } = await answer;
console.log(`\n(${usage.completionTokens} tokens, ${suggestions.length} suggestions)`);

// Ask in the background, and look after it from time to time.
const id = gateway.submit({ messages: 'draw a red fox' });
let task = gateway.task(id);
while (task?.status === 'queued' || task?.status === 'running') {
  await new Promise((resolve) => setTimeout(resolve, 50));
  task = gateway.task(id);
}
if (task?.status === 'success') console.log(`${task.text} -> ${task.answer.media[0]?.url}`);

// Or serve the whole HTTP surface inside any framework that knows Request and Response.
const response = await gateway.fetch(
  new Request('http://gateway/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
  }),
);
console.log(response.status, response.headers.get('content-type'));
for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? [])
  process.stdout.write(chunk);

await gateway.close();
await sim.close();
