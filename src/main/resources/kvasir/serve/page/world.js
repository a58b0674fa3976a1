import { read } from "./api.js";
import { button, drawn, element } from "./dom.js";

const PERIOD = 1000;
const POINTS = 60;

/** View of the ranks and of their work, which asks the server only while it is shown. */
export class WorldView {
  #panel;
  #closed;
  #timer = 0;
  #last = null;
  #course = [];
  #content = element("div");

  /**
   * Creates a view that is hidden.
   *
   * @param panel element that it fills
   * @param closed called when the user closes it
   */
  constructor(panel, closed) {
    this.#panel = panel;
    this.#closed = closed;
    panel.append(
      element("div.bar", {}, element("h2", { textContent: "World" }), button("quiet", "Close", closed, "Close the world")),
      this.#content,
    );
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.#closed();
      }
    });
    document.addEventListener("visibilitychange", () => this.#schedule());
  }

  /** Shows or hides the view. */
  show(shown) {
    this.#panel.hidden = !shown;
    this.#last = null;
    this.#course = [];
    this.#schedule();
    if (shown) this.#panel.querySelector("button").focus();
  }

  #schedule() {
    clearInterval(this.#timer);
    if (!this.#panel.hidden && !document.hidden) {
      this.#timer = setInterval(() => this.#poll(), PERIOD);
      this.#poll();
    }
  }

  async #poll() {
    try {
      const world = await read("world", AbortSignal.timeout(5 * PERIOD));
      const rates = this.#rates(world);
      if (!this.#panel.hidden) this.#content.replaceChildren(...this.#parts(world, rates));
    } catch (error) {
      this.#content.replaceChildren(element("p.problem", { textContent: error.message }));
    }
  }

  /** Returns tokens per second since the last look; null at the first one. */
  #rates(world) {
    const before = this.#last;
    this.#last = world;
    const seconds = before ? (world.uptime_ms - before.uptime_ms) / 1000 : 0;
    if (seconds <= 0) return null;
    const rate = (kind) => Math.max(0, world.tokens[kind] - before.tokens[kind]) / seconds;
    this.#course.push(rate("output"));
    this.#course.splice(0, this.#course.length - POINTS);
    return { prompt: rate("prompt"), output: rate("output") };
  }

  #parts(world, rates) {
    const number = (value) => (rates ? value().toFixed(0) : "–");
    return [
      element(
        "div.tiles",
        {},
        tile(number(() => rates.output), "output tokens/s"),
        tile(number(() => rates.prompt), "prompt tokens/s"),
        tile(world.sequences.running, "in the batch"),
        tile(world.sequences.waiting, "waiting"),
      ),
      this.#drawing(),
      element("div.ranks", {}, ...world.ranks.map(rank)),
      element("p.note", { textContent: summary(world) }),
    ];
  }

  #drawing() {
    const most = Math.max(1, ...this.#course);
    const from = POINTS - this.#course.length;
    const points = this.#course.map((rate, i) => `${from + i},${30 - (28 * rate) / most}`).join(" ");
    return drawn(
      "svg",
      { class: "course", viewBox: `0 0 ${POINTS - 1} 31`, preserveAspectRatio: "none", role: "img",
        "aria-label": `Tokens per second in the last minute, at most ${most.toFixed(0)}` },
      drawn("polyline", { points }),
    );
  }
}

function tile(value, text) {
  return element("div.tile", {}, element("b", { textContent: value }), element("span", { textContent: text }));
}

function rank(state) {
  const { all, held, cached } = state.kv_blocks;
  const part = (name, blocks) => {
    const bar = element(`div.${name}`);
    bar.style.width = `${(100 * blocks) / all}%`;
    return bar;
  };
  return element(
    "div.rank",
    {},
    element("div", {}, element("b", { textContent: `Rank ${state.rank}` }), element("span", { textContent: place(state) })),
    element("div.use", { "aria-hidden": "true" }, part("held", held), part("cached", cached)),
    element("span", { textContent: `${held} held, ${cached} cached of ${all} KV blocks` }),
  );
}

function place({ host, threads }) {
  return `${host}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

function summary(world) {
  if (!world.ready) return "The world of ranks is not ready.";
  const minutes = Math.floor(world.uptime_ms / 60000);
  return `${world.model} with Kvasir ${world.version}; up for ${minutes} min, ${world.tokens.output} tokens chosen, `
    + `${world.tokens.cached} found in the cache, ${world.preemptions} preemptions.`;
}
