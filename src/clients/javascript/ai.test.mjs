// The AI SDK, with its provider for servers of this kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import { answer, apiKey, baseURL, busy, endless, idle, messages, prompt } from './server.mjs';

const settings = { name: 'kvasir', baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true };
const provider = createOpenAICompatible(settings);
const model = provider.chatModel('model');
const chat = { model, messages, temperature: 0, maxRetries: 0, allowSystemInMessages: true };
const completion = {
  model: provider.completionModel('model'),
  prompt,
  maxOutputTokens: 20,
  temperature: 0,
  maxRetries: 0,
};

test('chat', async () => {
  const { text, finishReason, usage } = await generateText(chat);
  assert.equal(text, answer);
  assert.equal(finishReason, 'stop');
  assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
});

test('chat as a stream', async () => {
  const result = streamText(chat);
  const pieces = [];
  for await (const piece of result.textStream) {
    pieces.push(piece);
  }
  assert.equal(pieces.join(''), answer);
  assert.ok(pieces.length > 5, 'came in one piece');
  assert.equal(await result.finishReason, 'stop');
  const usage = await result.usage;
  assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
});

test('completions', async () => {
  // The SDK writes roles around a prompt; what the model continues is still a text.
  const { text, finishReason } = await generateText(completion);
  assert.ok(text.length > 0);
  assert.ok(['stop', 'length'].includes(finishReason));
});

const find = tool({
  description: 'Finds a resident.',
  inputSchema: z.object({ exact: z.boolean(), code: z.enum(['8779', '9393']) }),
  execute: ({ code }) => `found ${code}`,
});

test('tools that are required', async () => {
  const request = { ...chat, tools: { find }, toolChoice: 'required', maxOutputTokens: 60 };
  const options = { providerOptions: { kvasir: { parallel_tool_calls: false } } };
  const { toolCalls, toolResults, finishReason } = await generateText({ ...request, ...options });
  assert.equal(finishReason, 'tool-calls');
  assert.equal(toolCalls.length, 1);
  assert.equal(toolCalls[0].toolName, 'find');
  assert.equal(typeof toolCalls[0].input.exact, 'boolean');
  assert.equal(toolResults[0].output, `found ${toolCalls[0].input.code}`);
  const streamed = streamText({ ...request, ...options });
  await streamed.consumeStream();
  assert.deepEqual((await streamed.toolCalls)[0].input, toolCalls[0].input);
});

test('schemas', async () => {
  const schema = z.object({ found: z.boolean(), code: z.enum(['8779', '9393']) });
  const request = { ...chat, output: Output.object({ schema }) };
  const { output, text, finishReason } = await generateText(request);
  assert.equal(finishReason, 'stop');
  assert.match(text, /^\{"found":(true|false),"code":"(8779|9393)"}$/);
  assert.deepEqual(output, JSON.parse(text));
  const streamed = streamText(request);
  await streamed.consumeStream();
  assert.deepEqual(await streamed.output, output);
});

test('errors', async () => {
  const fails = (promise, statusCode, pattern) =>
    assert.rejects(promise, (error) => {
      assert.ok(APICallError.isInstance(error), error.stack);
      assert.equal(error.statusCode, statusCode);
      assert.match(error.message, pattern);
      assert.equal(error.isRetryable, false);
      return true;
    });
  await fails(generateText({ ...chat, model: provider.chatModel('gpt-4o') }), 404, /model/);
  await fails(generateText({ ...chat, temperature: 3 }), 400, /temperature/);
  const stranger = createOpenAICompatible({ ...settings, apiKey: 'another' }).chatModel('model');
  await fails(generateText({ ...chat, model: stranger }), 401, /key/i);
});

test('an error of a stream', async () => {
  const errors = [];
  const result = streamText({
    ...chat,
    temperature: 3,
    onError: ({ error }) => errors.push(error),
  });
  await result.consumeStream();
  assert.equal(errors.length, 1);
  assert.ok(APICallError.isInstance(errors[0]));
  assert.equal(errors[0].statusCode, 400);
});

test('cancellation of a stream', async () => {
  const controller = new AbortController();
  const result = streamText({
    ...chat,
    providerOptions: { kvasir: { logit_bias: endless } },
    abortSignal: controller.signal,
  });
  let pieces = 0;
  for await (const piece of result.textStream) {
    assert.equal(typeof piece, 'string');
    if (++pieces === 3) {
      controller.abort();
      break;
    }
  }
  assert.equal(pieces, 3);
  await idle();
});

test('cancellation of a whole answer', async () => {
  const controller = new AbortController();
  const answered = generateText({
    ...chat,
    providerOptions: { kvasir: { logit_bias: endless } },
    abortSignal: controller.signal,
  });
  busy().then(() => controller.abort());
  await assert.rejects(answered, /abort/i);
  await idle();
});
