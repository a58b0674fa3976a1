import { answer, read } from "./api.js";
import { button, element, icon } from "./dom.js";
import { facts, messageView } from "./messages.js";
import * as store from "./store.js";
import { WorldView } from "./world.js";

const part = (id) => document.getElementById(id);
const input = part("input");
const send = part("send");
const scroll = part("scroll");
const root = document.documentElement;

let chat = store.conversations()[0] ?? store.conversation();

/** The answer that is being computed, with `stop`; null if there is none. */
let running = null;

/** Views of the messages that are shown. */
let views = new Map();

/** Conversations that were deleted while an answer was being computed. */
const gone = new WeakSet();

function say(text, ...more) {
  part("status").replaceChildren(text, ...more);
}

function keep(saved) {
  try {
    if (!gone.has(saved)) store.save(saved);
  } catch {
    say("This browser keeps no more text for this page. Delete conversations to make room.");
  }
}

// Conversations

function listChats() {
  const rows = store.conversations().map((other) => {
    const current = other.id === chat.id;
    const name = button("quiet.name", other.name, () => open(other), other.name);
    if (current) name.setAttribute("aria-current", "true");
    const row = element(`li${current ? ".current" : ""}`, {}, name);
    row.append(
      icon("M3 13l.7-3L11 2.7 13.3 5 6 12.3z", `Rename ${other.name}`, () => rename(other, row)),
      icon("M4 4l8 8M12 4l-8 8", `Delete ${other.name}`, () => remove(other)),
    );
    return row;
  });
  part("conversations").replaceChildren(...rows);
}

function open(other) {
  running?.stop();
  running = null;
  send.textContent = "Send";
  chat = other;
  listChats();
  showMessages();
  say("");
  showSide(false);
  input.focus();
}

function rename(other, row) {
  const field = element("input", { value: other.name, maxLength: 80, "aria-label": "Name of the conversation" });
  let done = false;
  const finish = (saved) => {
    if (done) return;
    done = true;
    const name = field.value.trim();
    if (saved && name !== "") {
      // The one that is open may grow meanwhile.
      const target = other.id === chat.id ? chat : other;
      target.name = name;
      keep(target);
    }
    listChats();
    part("conversations").querySelector("[aria-current]")?.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      finish(event.key === "Enter");
    }
  });
  field.addEventListener("blur", () => finish(true));
  row.replaceChildren(field);
  field.select();
}

function remove(other) {
  const current = other.id === chat.id;
  const removed = current ? chat : other;
  gone.add(removed);
  store.remove(removed);
  if (current) open(store.conversations()[0] ?? store.conversation());
  else listChats();
  const undo = button("quiet.small", "Undo", () => {
    gone.delete(removed);
    keep(removed);
    open(removed);
  });
  say(`Deleted "${removed.name}". `, undo);
  undo.focus();
}

// Messages

function showMessages() {
  views = new Map();
  part("messages").replaceChildren();
  for (const message of chat.messages) add(message);
  views.forEach((view) => view.update(false));
  part("empty").hidden = chat.messages.length > 0;
  scroll.scrollTop = scroll.scrollHeight;
}

function add(message) {
  const view = messageView(message, actions);
  views.set(message, view);
  part("messages").append(view.item);
  part("empty").hidden = true;
  return view;
}

function actions(message) {
  const possible = [["Copy", () => copy(message.text)]];
  if (message.request) possible.push(["Where it looked", () => look(message)]);
  if (message === chat.messages.at(-1)) possible.push(["Try again", () => again(message)]);
  return possible;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say("This browser does not let the page copy; select the text instead.");
  }
}

function again(message) {
  if (running || message !== chat.messages.at(-1)) return;
  chat.messages.pop();
  showMessages();
  input.focus();
  respond();
}

function ask() {
  const text = input.value.trim();
  if (text === "" || running) return;
  input.value = "";
  fit();
  if (chat.messages.length === 0) chat.name = text.split("\n")[0].slice(0, 60);
  const before = chat.messages.at(-1);
  chat.messages.push({ role: "user", text });
  views.get(before)?.update(false);
  add(chat.messages.at(-1));
  respond();
}

/**
 * Shows where the model looked when it answered. The answer is computed once more, which gives the
 * same tokens, since its request has the seed; so only answers that are asked about cost more.
 */
async function look(message) {
  const view = views.get(message);
  if (running) return;
  if (view.looks()) {
    view.look(null);
    return;
  }
  const before = chat.messages.slice(0, chat.messages.indexOf(message));
  const request = { ...withMessages(message.request, before), max_tokens: message.count, kvasir_attention: true };
  const mine = begin("Computing the answer once more, to see where the model looks…");
  let said = "";
  try {
    const again = await answer(request, mine.signal, () => {});
    if (again.text.startsWith(message.text) || message.text.startsWith(again.text)) follow(() => view.look(again.attention));
    else said = "The server's answer differs now: it has another model, or other settings.";
  } catch (error) {
    said = error.name === "AbortError" ? "Stopped." : error.message;
  }
  end(mine, said);
}

/** Returns the request for the answer behind some messages. */
function withMessages({ system, fields }, messages) {
  const turns = messages.map(({ role, text }) => ({ role, content: text }));
  if (system !== "") turns.unshift({ role: "system", content: system });
  return { messages: turns, ...fields };
}

/** Begins something that Escape stops. */
function begin(words) {
  const abort = new AbortController();
  running = { signal: abort.signal, stop: () => abort.abort() };
  send.textContent = "Stop";
  say(words);
  return running;
}

/** Ends what {@link begin} began, unless something else runs by now. */
function end(mine, words) {
  if (running === mine) {
    running = null;
    send.textContent = "Send";
    say(words);
  }
}

async function respond() {
  const own = chat;
  const settings = store.settings();
  const asked = { system: settings.system, fields: store.fields(settings) };
  const request = withMessages(asked, own.messages);
  const message = { role: "assistant", text: "", thoughts: "" };
  own.messages.push(message);
  own.time = Date.now();
  keep(own);
  listChats();
  const view = add(message);
  const mine = begin("Answering…");
  view.update(true);
  scroll.scrollTop = scroll.scrollHeight;
  const said = await compute(request, message, view, mine.signal);
  if (message.count > 0) message.request = asked;
  keep(own);
  end(mine, said);
  follow(() => view.update(false));
}

/** Has a message answered, and returns what is said about its end. */
async function compute(request, message, view, signal) {
  let result = null;
  let drawing = 0;
  let ending = null;
  let said = "The answer is complete.";
  try {
    await answer(request, signal, (grown) => {
      result = grown;
      message.text = grown.text;
      message.thoughts = grown.thoughts;
      drawing ||= requestAnimationFrame(() => {
        drawing = 0;
        follow(() => view.update(true));
      });
    });
    ending = result?.reason === "length" ? "cut by the limit of tokens" : null;
  } catch (error) {
    said = error.name === "AbortError" ? "Stopped." : "";
    if (error.name === "AbortError") ending = "stopped";
    else message.problem = error.message;
  }
  cancelAnimationFrame(drawing);
  message.count = result?.tokens ?? result?.parts ?? 0;
  message.facts = result ? facts(result, ending) : [ending].filter(Boolean);
  return said;
}

/** Changes what is shown; the end of the conversation stays in view if it was. */
function follow(change) {
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
  change();
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

// Keys, panels and settings

function fit() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + 2}px`;
}

function showSide(shown) {
  part("side").classList.toggle("open", shown);
  part("open-side").setAttribute("aria-expanded", shown);
}

const world = new WorldView(part("world"), () => showWorld(false));

function showWorld(shown) {
  world.show(shown);
  part("world-toggle").setAttribute("aria-expanded", shown);
  if (!shown) part("world-toggle").focus();
}

const themes = ["system", "light", "dark"];

function nameTheme() {
  const theme = root.dataset.theme ?? "system";
  part("theme").textContent = { system: "Auto", light: "Light", dark: "Dark" }[theme];
  part("theme").setAttribute("aria-label", `Colours: ${theme}`);
}

function nextTheme() {
  const theme = themes[(themes.indexOf(root.dataset.theme ?? "system") + 1) % themes.length];
  if (theme === "system") {
    delete root.dataset.theme;
    localStorage.removeItem("kvasir.theme");
  } else {
    root.dataset.theme = theme;
    localStorage.setItem("kvasir.theme", theme);
  }
  nameTheme();
}

function openSettings() {
  const form = part("settings").querySelector("form");
  for (const [name, value] of Object.entries(store.settings())) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  part("settings").returnValue = "cancel";
  part("settings").showModal();
}

part("settings").addEventListener("close", () => {
  if (part("settings").returnValue === "save") {
    store.saveSettings(Object.fromEntries(new FormData(part("settings").querySelector("form"))));
    say("Settings are saved; they hold for the next answers.");
  }
});

part("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) running.stop();
  else ask();
});

input.addEventListener("input", fit);
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ask();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || part("settings").open) return;
  if (part("side").classList.contains("open")) {
    showSide(false);
    part("open-side").focus();
  } else {
    running?.stop();
  }
});

part("new").addEventListener("click", () => open(store.conversation()));
part("open-side").addEventListener("click", () => {
  showSide(true);
  part("close-side").focus();
});
part("close-side").addEventListener("click", () => {
  showSide(false);
  part("open-side").focus();
});
part("world-toggle").addEventListener("click", () => showWorld(part("world").hidden));
part("settings-open").addEventListener("click", openSettings);
part("theme").addEventListener("click", nextTheme);
window.addEventListener("storage", (event) => {
  if (store.isConversation(event.key)) listChats();
});

nameTheme();
listChats();
showMessages();
input.focus();
try {
  part("model").textContent = (await read("v1/models")).data[0].id;
} catch (error) {
  say(error.message);
}
