const CHAT = "kvasir.chat.";
const SETTINGS = "kvasir.settings";

function parsed(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Returns the conversations of this browser, the newest first. */
export function conversations() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(CHAT))
    .map(parsed)
    .filter((chat) => typeof chat?.id === "string" && Array.isArray(chat.messages))
    .sort((a, b) => b.time - a.time);
}

/** Returns a new conversation, which is not kept before it is saved. */
export function conversation() {
  return { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), name: "", time: Date.now(), messages: [] };
}

/** Keeps a conversation, each under a name of its own, so that two tabs do not undo each other's. */
export function save(chat) {
  localStorage.setItem(CHAT + chat.id, JSON.stringify(chat));
}

/** Forgets a conversation. */
export function remove(chat) {
  localStorage.removeItem(CHAT + chat.id);
}

/** Returns whether a key of the storage is a conversation's. */
export function isConversation(key) {
  return key === null || key.startsWith(CHAT);
}

/** Returns the settings; empty texts where the user has set nothing. */
export function settings() {
  const none = { system: "", temperature: "", top_p: "", max_tokens: "", seed: "", thinking: "" };
  return { ...none, ...parsed(SETTINGS) };
}

/** Keeps the settings. */
export function saveSettings(values) {
  localStorage.setItem(SETTINGS, JSON.stringify(values));
}

/** Returns the fields of a request that settings say; the same answer follows the same fields. */
export function fields({ temperature, top_p, max_tokens, seed, thinking }) {
  const said = {};
  for (const [name, value] of Object.entries({ temperature, top_p, max_tokens })) {
    if (value !== "") said[name] = Number(value);
  }
  // A seed of this page's own, since numbers of JavaScript do not hold the 64 bits of a server's.
  said.seed = seed === "" ? Number(crypto.getRandomValues(new BigUint64Array(1))[0] >> 12n) : Number(seed);
  if (thinking !== "") said.chat_template_kwargs = { enable_thinking: thinking === "on" };
  return said;
}
