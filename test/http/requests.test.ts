import { describe, expect, it } from 'vitest';
import { ask, KEY, makeApp, post } from './support.ts';

describe('what the service gets', () => {
  it('is every message with its role, name, text and files', async () => {
    const fixture = makeApp();
    const response = await post(
      fixture,
      ask({
        messages: [
          { role: 'system', content: 'Be kind' },
          {
            role: 'developer',
            content: [
              { type: 'text', text: 'a' },
              { type: 'input_text', text: 'b' },
            ],
          },
          {
            role: 'user',
            name: 'Ann',
            content: [
              { type: 'text', text: 'look' },
              { type: 'image_url', image_url: { url: 'https://pic.example/a.png', detail: 'low' } },
              { type: 'image_url', image_url: 'data:image/png;base64,QUJD' },
            ],
          },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'rain', arguments: '{"at":"Oslo"}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'wet' },
          { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }], images: [] },
          { role: 'function', name: 'f', content: 'done' },
          { role: 'user', content: 'And now?' },
        ],
      }),
      { 'x-conversation': ' caf%C3%A9 ' },
    );
    expect(response.statusCode).toBe(200);
    const [request] = fixture.service.requests;
    expect(request?.messages).toEqual([
      { role: 'system', text: 'Be kind', files: [] },
      { role: 'developer', text: 'a\nb', files: [] },
      {
        role: 'user',
        name: 'Ann',
        text: 'look',
        files: [
          { type: 'link', url: 'https://pic.example/a.png' },
          { type: 'bytes', bytes: Buffer.from('ABC') },
        ],
      },
      {
        role: 'assistant',
        text: '{"tool_calls":[{"id":"c1","name":"rain","arguments":"{\\"at\\":\\"Oslo\\"}"}]}',
        files: [],
      },
      { role: 'tool', name: 'rain c1', text: 'wet', files: [] },
      { role: 'assistant', text: 'No.', files: [] },
      { role: 'function', name: 'f', text: 'done', files: [] },
      { role: 'user', text: 'And now?', files: [] },
    ]);
    expect(request).toMatchObject({
      caller: { id: 'tester', admin: false, bots: ['*'] },
      model: 'gpt-4o',
      conversation: 'café',
      requestId: response.headers['x-request-id'],
    });
  });

  it.each([
    ['%E6%B5%8B%E8%AF%95', '测试'],
    [Buffer.from('测试').toString('latin1'), '测试'],
    ['100%', '100%'],
    ['x'.repeat(100), 'x'.repeat(100)],
  ])('is the conversation of the header: %s', async (header, conversation) => {
    const fixture = makeApp();
    await post(fixture, ask(), { 'x-conversation': header });
    expect(fixture.service.requests[0]?.conversation).toBe(conversation);
  });

  it('is no conversation when the header is absent', async () => {
    const fixture = makeApp();
    await post(fixture, ask());
    expect(fixture.service.requests[0]?.conversation).toBeUndefined();
  });
});

describe('x-cordgate-warnings', () => {
  it.each([
    [{ temperature: 0.5, top_p: 1 }, 'unsupported parameters ignored: temperature, top_p'],
    [
      { seed: 1, stop: 'x', max_tokens: 5, max_completion_tokens: 5 },
      'unsupported parameters ignored: seed, stop, max_tokens, max_completion_tokens',
    ],
    [
      { tools: [{}], tool_choice: 'auto', parallel_tool_calls: true },
      'unsupported parameters ignored: tools, tool_choice, parallel_tool_calls',
    ],
    [{ functions: [], function_call: 'auto' }, 'unsupported parameters ignored: functions, function_call'],
    [{ response_format: { type: 'json_object' } }, 'unsupported parameters ignored: response_format'],
    [
      { logprobs: false, top_logprobs: 0, presence_penalty: 0, frequency_penalty: 0, logit_bias: {} },
      'unsupported parameters ignored: logprobs, top_logprobs, presence_penalty, frequency_penalty, logit_bias',
    ],
    [
      { reasoning_effort: 'low', modalities: ['text', 'audio'], audio: {}, prediction: {} },
      'unsupported parameters ignored: reasoning_effort, modalities, audio, prediction',
    ],
    [
      { web_search_options: {}, verbosity: 'low', service_tier: 'flex', invented: 1 },
      'unsupported parameters ignored: web_search_options, verbosity, service_tier, invented',
    ],
    [{ 'bad\r\nheader: é': 1 }, 'unsupported parameters ignored: bad??header???'],
  ])('names what a bot cannot obey: %j', async (patch, expected) => {
    for (const stream of [false, true]) {
      const response = await post(makeApp(), ask({ ...patch, stream }));
      expect(response.statusCode).toBe(200);
      expect(response.headers['x-cordgate-warnings']).toBe(expected);
    }
  });

  it('is silent about what is obeyed, and about what asks nothing', async () => {
    const response = await post(
      makeApp(),
      ask({
        n: 1,
        user: 'u',
        metadata: {},
        store: true,
        safety_identifier: 's',
        prompt_cache_key: 'p',
        stream: false,
        temperature: null,
        tool_choice: 'none',
        function_call: 'none',
        response_format: { type: 'text' },
        modalities: ['text'],
        service_tier: 'auto',
        stream_options: null,
      }),
    );
    expect(response.statusCode).toBe(200);
    expect(response.headers['x-cordgate-warnings']).toBeUndefined();
  });

  it('stays short, and counts what it leaves out', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`parameter_${index}`, 1]));
    const warning = String((await post(makeApp(), ask(many))).headers['x-cordgate-warnings']);
    expect(warning.length).toBeLessThan(1100);
    expect(warning).toMatch(/, and \d+ more$/);
  });
});

describe('secrets', () => {
  it('never reach the log, and neither do prompts', async () => {
    const fixture = makeApp();
    await post(fixture, ask({ messages: [{ role: 'user', content: 'private prompt' }] }));
    await fixture.app.inject({
      url: `/v1/models?key=${KEY}`,
      headers: { authorization: 'Bearer other-secret' },
    });
    const log = JSON.stringify(fixture.lines);
    expect(fixture.lines).toHaveLength(2);
    expect(log).not.toMatch(/sk-test-key|other-secret|private prompt/);
  });
});
