// OpenAI's own client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { answer, apiKey, baseURL, busy, continuation, endless, idle, messages, prompt } from './server.mjs';

const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const model = (await client.models.list()).data[0].id;
const chat = { model, messages, temperature: 0 };

test('models', async () => {
  const card = await client.models.retrieve(model);
  assert.equal(card.id, model);
  assert.equal(card.object, 'model');
  assert.ok(Number.isInteger(card.created));
});

test('chat', async () => {
  const completion = await client.chat.completions.create(chat);
  assert.equal(completion.object, 'chat.completion');
  assert.equal(completion.choices.length, 1);
  assert.deepEqual(completion.choices[0].message, { role: 'assistant', content: answer });
  assert.equal(completion.choices[0].finish_reason, 'stop');
  const { prompt_tokens, completion_tokens, total_tokens } = completion.usage;
  assert.ok(prompt_tokens > 20 && completion_tokens > 5);
  assert.equal(total_tokens, prompt_tokens + completion_tokens);
});

test('chat as a stream', async () => {
  const stream = await client.chat.completions.create({
    ...chat,
    stream: true,
    stream_options: { include_usage: true },
  });
  const deltas = [];
  let usage;
  for await (const event of stream) {
    assert.equal(event.object, 'chat.completion.chunk');
    deltas.push(event.choices[0]?.delta.content ?? '');
    usage = event.usage ?? usage;
  }
  assert.equal(deltas.join(''), answer);
  assert.ok(deltas.filter((delta) => delta !== '').length > 5, 'came in one piece');
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
});

test('chat by the helper for streams', async () => {
  const runner = client.chat.completions.stream(chat);
  const pieces = [];
  runner.on('content', (delta) => pieces.push(delta));
  assert.equal(await runner.finalContent(), answer);
  assert.equal(pieces.join(''), answer);
  assert.equal((await runner.finalChatCompletion()).choices[0].finish_reason, 'stop');
});

test('completions', async () => {
  const request = { model, prompt, max_tokens: 20, temperature: 0 };
  const whole = await client.completions.create(request);
  assert.equal(whole.choices[0].text, continuation);
  assert.equal(whole.choices[0].finish_reason, 'length');
  let text = '';
  for await (const event of await client.completions.create({ ...request, stream: true })) {
    text += event.choices[0].text;
  }
  assert.equal(text, continuation);
  const stopped = await client.completions.create({ ...request, stop: ['of Mor'] });
  assert.equal(stopped.choices[0].text, ' Ceestead. The code ');
  assert.equal(stopped.choices[0].finish_reason, 'stop');
});

test('choices and seeds', async () => {
  const request = { model, prompt, n: 3, seed: 5, temperature: 1, max_tokens: 20 };
  const texts = async (more) =>
    (await client.completions.create({ ...request, ...more })).choices.map(({ text }) => text);
  const first = await texts();
  assert.equal(new Set(first).size, 3);
  assert.deepEqual(await texts(), first);
  const { data, response } = await client.completions
    .create({ ...request, n: 1, seed: undefined })
    .withResponse();
  // Whole numbers of 64 bits are more than a number of JavaScript holds: the header is a text.
  const seed = response.headers.get('x-kvasir-seed');
  assert.match(seed, /^-?\d+$/);
  if (Number.isSafeInteger(Number(seed))) {
    assert.deepEqual(await texts({ n: 1, seed: Number(seed) }), [data.choices[0].text]);
  }
});

test('log-probabilities', async () => {
  const { choices } = await client.chat.completions.create({ ...chat, logprobs: true, top_logprobs: 2 });
  const entries = choices[0].logprobs.content;
  assert.equal(Buffer.from(entries.flatMap(({ bytes }) => bytes)).toString('utf8'), answer);
  for (const { logprob, top_logprobs } of entries) {
    assert.equal(top_logprobs.length, 2);
    assert.equal(top_logprobs[0].logprob, logprob);
    assert.ok(top_logprobs[1].logprob <= logprob && Number.isFinite(top_logprobs[1].logprob));
  }
  const echoed = await client.completions.create({ model, prompt, echo: true, logprobs: 1, max_tokens: 1 });
  const { tokens, token_logprobs, text_offset } = echoed.choices[0].logprobs;
  assert.equal(tokens.length, 6);
  assert.equal(tokens.slice(0, 5).join(''), prompt);
  assert.equal(token_logprobs[0], null);
  const expected = [-0.001152, -0.000332, -0.002771, -0.000151];
  expected.forEach((value, i) => assert.ok(Math.abs(token_logprobs[i + 1] - value) < 1e-6));
  assert.deepEqual(text_offset.slice(0, 1), [0]);
});

const find = {
  type: 'function',
  function: {
    name: 'find',
    description: 'Finds a resident.',
    parameters: {
      type: 'object',
      properties: { exact: { type: 'boolean' }, code: { enum: ['8779', '9393'] } },
      required: ['exact', 'code'],
      additionalProperties: false,
    },
  },
};

function check(call) {
  assert.equal(call.type, 'function');
  assert.match(call.id, /^[A-Za-z0-9]{9}$/);
  assert.equal(call.function.name, 'find');
  const { exact, code } = JSON.parse(call.function.arguments);
  assert.equal(typeof exact, 'boolean');
  assert.ok(['8779', '9393'].includes(code));
}

test('tools that are required', async () => {
  for (const tool_choice of ['required', { type: 'function', function: { name: 'find' } }]) {
    const request = { ...chat, tools: [find], tool_choice, parallel_tool_calls: false };
    const { choices } = await client.chat.completions.create(request);
    assert.equal(choices[0].finish_reason, 'tool_calls');
    assert.equal(choices[0].message.content, null);
    assert.equal(choices[0].message.tool_calls.length, 1);
    check(choices[0].message.tool_calls[0]);
    const runner = client.chat.completions.stream(request);
    const streamed = (await runner.finalChatCompletion()).choices[0];
    assert.equal(streamed.finish_reason, 'tool_calls');
    check(streamed.message.tool_calls[0]);
    assert.equal(
      streamed.message.tool_calls[0].function.arguments,
      choices[0].message.tool_calls[0].function.arguments,
    );
  }
});

test('tools that are run', async () => {
  const found = [];
  const runner = client.chat.completions.runTools({
    ...chat,
    tools: [{ type: 'function', function: { ...find.function, parse: JSON.parse, function: (args) => found.push(args) } }],
    tool_choice: { type: 'function', function: { name: 'find' } },
  });
  await runner.done();
  assert.equal(found.length, 1);
  assert.equal(typeof found[0].exact, 'boolean');
});

test('tools that may be called, and calls in the history', async () => {
  const history = [
    ...messages,
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'abcdefghi', type: 'function', function: { name: 'find', arguments: '{"code":"8779"}' } }],
    },
    { role: 'tool', tool_call_id: 'abcdefghi', content: 'Wanda Veewick' },
  ];
  const { choices } = await client.chat.completions.create({ ...chat, messages: history, tools: [find], max_tokens: 20 });
  assert.equal(choices[0].message.tool_calls, undefined);
  assert.equal(typeof choices[0].message.content, 'string');
});

test('schemas', async () => {
  const Card = z.object({
    found: z.boolean(),
    code: z.enum(['8779', '9393']),
    number: z.number().int().min(10).max(12),
  });
  const request = { ...chat, response_format: zodResponseFormat(Card, 'card') };
  const { choices } = await client.chat.completions.parse(request);
  assert.equal(choices[0].finish_reason, 'stop');
  assert.deepEqual(choices[0].message.parsed, Card.parse(JSON.parse(choices[0].message.content)));
  assert.deepEqual(Object.keys(choices[0].message.parsed), ['found', 'code', 'number']);
  const streamed = await client.chat.completions.stream(request).finalChatCompletion();
  assert.equal(streamed.choices[0].message.content, choices[0].message.content);
  const schema = { type: 'string', not: { const: 'a' } };
  await assert.rejects(
    client.chat.completions.create({
      ...chat,
      response_format: { type: 'json_schema', json_schema: { name: 'other', schema } },
    }),
    (error) =>
      error instanceof OpenAI.BadRequestError &&
      error.param === 'response_format.json_schema.schema.not',
  );
});

test('errors', async () => {
  const fails = (promise, type, fields) =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof type, error.stack);
      Object.entries(fields).forEach(([name, value]) => assert.equal(error[name], value));
      return true;
    });
  await fails(client.chat.completions.create({ ...chat, top_p: '0.9' }), OpenAI.BadRequestError, {
    status: 400,
    type: 'invalid_request_error',
    param: 'top_p',
    code: null,
  });
  const long = 'a b c d '.repeat(4000);
  await fails(
    client.chat.completions.create({ ...chat, messages: [{ role: 'user', content: long }], stream: true }),
    OpenAI.BadRequestError,
    { status: 400, code: 'context_length_exceeded' },
  );
  await fails(client.chat.completions.create({ ...chat, model: 'gpt-4o' }), OpenAI.NotFoundError, {
    status: 404,
    code: 'model_not_found',
  });
  await fails(client.embeddings.create({ model, input: 'a' }), OpenAI.NotFoundError, { status: 404 });
  await fails(client.responses.create({ model, input: 'a' }), OpenAI.NotFoundError, { status: 404 });
  const stranger = new OpenAI({ baseURL, apiKey: 'another', maxRetries: 0 });
  await fails(stranger.chat.completions.create(chat), OpenAI.AuthenticationError, {
    status: 401,
    code: 'invalid_api_key',
  });
});

test('cancellation of a stream', async () => {
  const stream = await client.chat.completions.create({ ...chat, stream: true, logit_bias: endless });
  let events = 0;
  for await (const event of stream) {
    assert.ok(event.choices.length === 1);
    if (++events === 3) {
      break;
    }
  }
  await idle();
});

test('cancellation of a whole answer', async () => {
  const controller = new AbortController();
  const answered = client.chat.completions.create(
    { ...chat, logit_bias: endless },
    { signal: controller.signal },
  );
  busy().then(() => controller.abort());
  await assert.rejects(answered, OpenAI.APIUserAbortError);
  await idle();
});
