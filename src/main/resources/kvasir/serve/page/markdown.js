import { element } from "./dom.js";

const FENCE = /^ {0,3}(```+|~~~+)/;
const HEADING = /^ {0,3}#{1,6} +(.*)$/;
const ITEM = /^ {0,3}(?:[-*+]|(\d{1,9})[.)]) +(.*)$/;

/** Lines of each block that an element shows, so that a text that grows is drawn again at its end only. */
const shown = new WeakMap();

/**
 * Shows a text with paragraphs, headings, lists, code and emphasis. Everything else stays as it is
 * written, and nothing becomes a link or markup.
 */
export function render(parent, text) {
  const blocks = divide(text.split("\n"));
  const before = shown.get(parent) ?? [];
  let same = 0;
  while (same < blocks.length && same < before.length && blocks[same].source === before[same]) same++;
  while (parent.childNodes.length > same) parent.lastChild.remove();
  for (const block of blocks.slice(same)) parent.append(build(block));
  shown.set(parent, blocks.map((block) => block.source));
}

function divide(lines) {
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    const first = at;
    const kind = kindOf(lines[at]);
    at++;
    if (kind === "code") {
      const fence = FENCE.exec(lines[first])[1];
      while (at < lines.length && !lines[at].trim().startsWith(fence)) at++;
      at++;
    } else if (kind === "list") {
      while (at < lines.length && lines[at].trim() !== "" && continues(lines[at], lines[first])) at++;
    } else if (kind === "text") {
      while (at < lines.length && kindOf(lines[at]) === "text") at++;
    }
    if (kind !== "blank") {
      const own = lines.slice(first, at);
      blocks.push({ kind, lines: own, source: kind + own.join("\n") });
    }
  }
  return blocks;
}

function kindOf(line) {
  if (line.trim() === "") return "blank";
  if (FENCE.test(line)) return "code";
  if (HEADING.test(line)) return "heading";
  return ITEM.test(line) ? "list" : "text";
}

function continues(line, first) {
  const item = ITEM.exec(line);
  if (item) return (item[1] === undefined) === (ITEM.exec(first)[1] === undefined);
  return /^\s{2,}\S/.test(line);
}

function build({ kind, lines }) {
  if (kind === "code") {
    const closed = lines.length > 1 && FENCE.test(lines.at(-1));
    const code = lines.slice(1, closed ? -1 : undefined).join("\n");
    return element("pre", { tabIndex: 0 }, element("code", { textContent: code }));
  }
  if (kind === "heading") return inline(element("h3"), HEADING.exec(lines[0])[1]);
  return kind === "list" ? list(lines) : inline(element("p"), lines.join("\n"));
}

function list(lines) {
  const number = ITEM.exec(lines[0])[1];
  const parent = number === undefined ? element("ul") : element("ol", { start: Number(number) });
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item) items.push(item[2]);
    else items.push(`${items.pop()}\n${line.trim()}`);
  }
  parent.append(...items.map((text) => inline(element("li"), text)));
  return parent;
}

const MARKS = [
  ["`", "code"],
  ["**", "strong"],
  ["*", "em"],
];

/** Adds a text to an element, with code and emphasis where a mark has its end in the same block. */
function inline(parent, text) {
  let plain = 0;
  let at = 0;
  const missing = new Set();
  while (at < text.length) {
    const [mark, tag] = MARKS.find(([m]) => text.startsWith(m, at)) ?? [];
    const from = at + (mark?.length ?? 0);
    const end = mark && !missing.has(mark) && /\S/.test(text[from] ?? " ") ? text.indexOf(mark, from) : -1;
    if (mark && end <= from) {
      if (text.indexOf(mark, from) < 0) missing.add(mark);
      at = from;
    } else if (mark) {
      parent.append(text.slice(plain, at), element(tag, { textContent: text.slice(from, end) }));
      at = end + mark.length;
      plain = at;
    } else {
      at++;
    }
  }
  parent.append(text.slice(plain));
  return parent;
}
