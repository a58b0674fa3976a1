import { EventReader } from "./events.js";

/** Error of the server, or of the way to it, in words for people. */
export class ServerError extends Error {}

// Not document.baseURI as it is: an address with a name and a key in it cannot be fetched from.
const base = new URL(location.pathname, location.origin);

const address = (path) => new URL(path, base);

async function request(path, options) {
  let response;
  try {
    response = await fetch(address(path), options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("The server cannot be reached. Check that it runs, then try again.");
  }
  if (!response.ok) throw new ServerError(await words(response));
  return response;
}

async function words(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch {
    // What stands between the server and this page answers in other forms.
  }
  if (response.status === 401) return "The server wants its key. Reload the page and enter it as the password.";
  if (response.status === 429) {
    return `The server has too much to do. Try again in ${response.headers.get("Retry-After") ?? "some"} seconds.`;
  }
  if (error.code === "context_length_exceeded") {
    return `The conversation is longer than the model's context. ${error.message} Begin a new conversation.`;
  }
  return error.message ?? `The server answered with status ${response.status}.`;
}

/** Returns an object that the server tells. */
export async function read(path, signal) {
  return (await request(path, { signal, cache: "no-store" })).json();
}

/**
 * Has a conversation answered.
 *
 * @param body fields of the request
 * @param signal stops the answer
 * @param grown called with the answer so far, whenever it has grown
 */
export async function answer(body, signal, grown) {
  const start = performance.now();
  const result = { text: "", thoughts: "", parts: 0, tokens: null, reason: null, firstTime: null, lastTime: null };
  const response = await request("v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
    signal,
  });
  const events = new EventReader(response.body);
  try {
    for (let data = await events.next(); data !== "[DONE]"; data = await events.next()) {
      if (data === null) throw new ServerError("The answer has broken off. Try again.");
      take(JSON.parse(data), result, performance.now() - start);
      grown(result);
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ServerError) throw error;
    throw new ServerError("The connection to the server was lost. Try again.");
  } finally {
    events.close();
  }
  return result;
}

function take(event, result, time) {
  if (event.error) throw new ServerError(event.error.message);
  if (event.usage) result.tokens = event.usage.completion_tokens;
  for (const { delta, finish_reason: reason, kvasir_attention: attention } of event.choices ?? []) {
    if (reason) result.reason = reason;
    if (attention) result.attention = attention;
    if (delta?.content || delta?.reasoning_content) {
      result.firstTime ??= time;
      result.lastTime = time;
      result.parts++;
      result.text += delta.content ?? "";
      result.thoughts += delta.reasoning_content ?? "";
    }
  }
}
