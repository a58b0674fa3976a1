import { attentionView } from "./attention.js";
import { button, element } from "./dom.js";
import { render } from "./markdown.js";

/**
 * Returns the element of a message, which `update` changes after the message has changed.
 *
 * @param message role, text, and for an answer what is known of it
 * @param actions buttons below an answer: pairs of a name and what it does
 */
export function messageView(message, actions) {
  const mine = message.role === "user";
  const body = element("div.body");
  const item = element(`li.message.${message.role}`, {}, element("h2.hidden", { textContent: mine ? "You" : "Answer" }));
  if (mine) {
    body.textContent = message.text;
    item.append(body);
    return { item, update() {} };
  }
  const thoughts = thoughtsView();
  const problem = element("p.problem", { role: "alert" });
  const facts = element("div.facts");
  const looked = element("div");
  item.append(thoughts.details, body, problem, facts, looked);

  function update(busy) {
    item.classList.toggle("busy", busy);
    item.setAttribute("aria-busy", busy);
    thoughts.update(message, busy);
    render(body, message.text);
    problem.textContent = message.problem ?? "";
    problem.hidden = !message.problem;
    facts.replaceChildren(...(message.facts ?? []).map((fact) => element("span", { textContent: fact })));
    if (!busy) {
      const buttons = actions(message).map(([name, action]) => button("quiet.small", name, action));
      facts.append(element("div", {}, ...buttons));
    }
  }

  /** Shows the attention of the answer; null hides it. */
  function look(attention) {
    looked.replaceChildren(...(attention ? [attentionView(attention)] : []));
  }
  return { item, update, look, looks: () => looked.hasChildNodes() };
}

function thoughtsView() {
  const text = element("p");
  const details = element("details.thoughts", {}, element("summary", { textContent: "Thoughts" }), text);
  let touched = false;
  details.firstChild.addEventListener("click", () => {
    touched = true;
  });
  return {
    details,
    update(message, busy) {
      details.hidden = !message.thoughts;
      text.textContent = message.thoughts ?? "";
      // Thoughts are in view until the answer itself begins, unless the user has decided.
      if (!touched) details.open = busy && message.text === "";
    },
  };
}

/** Returns what is said of an answer's speed and end. */
export function facts(result, reason) {
  const said = [];
  const count = result.tokens ?? result.parts;
  const seconds = (result.lastTime - result.firstTime) / 1000;
  // The first token's time is the prompt's.
  const others = result.tokens === null ? result.parts - 1 : result.tokens - 1;
  if (others > 0 && seconds > 0) said.push(`${(others / seconds).toFixed(1)} tokens/s`);
  if (result.firstTime !== null) said.push(`first after ${(result.firstTime / 1000).toFixed(2)} s`);
  // Without the server's count, parts are counted, which are tokens for the most part.
  said.push(`${result.tokens === null ? "about " : ""}${count} ${count === 1 ? "token" : "tokens"}`);
  if (reason) said.push(reason);
  return said;
}
