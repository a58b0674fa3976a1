import { drawn, element } from "./dom.js";

const LISTED = 8;
const COLOURS = 8;

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const colour = (rank) => `var(--rank-${rank % COLOURS})`;

/**
 * Returns the view of the attention of an answer: which ranks and blocks hold what the model looks
 * at.
 */
export function attentionView({ tokens, block_tokens: blockTokens, blocks }) {
  const numbered = blocks.map((block, number) => ({ ...block, number }));
  const largest = [...numbered].sort((a, b) => b.share - a.share).slice(0, LISTED);
  return element(
    "figure.attention",
    {},
    element("figcaption", {
      textContent: `Where the model looked for ${tokens} ${tokens === 1 ? "token" : "tokens"}: attention by blocks of `
        + `${blockTokens} tokens, as the mean over layers and heads.`,
    }),
    element("ul.shares", {}, ...byRank(blocks).map(([rank, share]) => rankShare(rank, share))),
    strip(numbered),
    element("ol.blocks", {}, ...largest.map(blockShare)),
  );
}

/** Returns pairs of a rank and the sum of its blocks' shares. */
function byRank(blocks) {
  const sums = new Map();
  for (const { rank, share } of blocks) sums.set(rank, (sums.get(rank) ?? 0) + share);
  return [...sums].sort(([a], [b]) => a - b);
}

function rankShare(rank, share) {
  const bar = element("div.share", { "aria-hidden": "true" });
  bar.style.width = `${100 * share}%`;
  bar.style.background = colour(rank);
  return element("li", {}, element("span", { textContent: `Rank ${rank}` }), element("div.room", {}, bar), element("span", { textContent: percent(share) }));
}

/** Returns a drawing of all blocks in order; the list below it has the largest ones in words. */
function strip(blocks) {
  const most = Math.max(...blocks.map((block) => block.share), 1e-6);
  const bars = blocks.map(({ number, rank, share }) => {
    const height = Math.max(0.6, (30 * share) / most);
    const bar = drawn("rect", { x: number + 0.06, y: 30 - height, width: 0.88, height });
    bar.style.fill = colour(rank);
    bar.append(drawn("title", {}, `Block ${number}, rank ${rank}: ${percent(share)}`));
    return bar;
  });
  const attributes = { class: "strip", viewBox: `0 0 ${blocks.length} 30`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return drawn("svg", attributes, ...bars);
}

function blockShare({ number, rank, share, text }) {
  const name = element("span", { textContent: `Block ${number}, rank ${rank}: ${percent(share)}` });
  name.style.color = colour(rank);
  return element("li", {}, name, element("q", { textContent: text }));
}
