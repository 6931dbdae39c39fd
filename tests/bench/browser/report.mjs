// The tables.

import { summary } from "./measure.mjs";

/** What is told of each product: its words, what of a round it is, and how it is spelled. */
const COLUMNS = [
  ["usable, ms", (round) => [round.usable], ["median"], 0],
  ["scroll frames: median / p95 / worst, ms", (round) => round.scroll, ["median", "p95", "worst"], 1],
  ["key to paint: median / p95, ms", (round) => round.keys, ["median", "p95"], 1],
  ["remote edit: median / p95, ms", (round) => round.edits, ["median", "p95"], 1],
  ["memory, MB", (round) => [round.bytes / 1e6], ["median"], 0],
];

/** The median over the rounds of one figure of each. */
function over(rounds, of, figure) {
  return summary(rounds.map((round) => summary(of(round))[figure])).median;
}

/** A table of medians over rounds, and how the faster peer compares with Waymark. */
export function table(cards, byName, titles) {
  const names = Object.keys(byName);
  const rounds = byName[names[0]].length;
  const lines = [
    `${cards} notes; medians over ${rounds} rounds`,
    "",
    `| | ${COLUMNS.map(([words]) => words).join(" | ")} |`,
    `|---|${"---|".repeat(COLUMNS.length)}`,
  ];
  for (const name of names) {
    const cells = COLUMNS.map(([, of, figures, digits]) =>
      figures.map((figure) => over(byName[name], of, figure).toFixed(digits)).join(" / "),
    );
    lines.push(`| ${titles[name]} | ${cells.join(" | ")} |`);
  }
  const peers = names.filter((name) => name !== "waymark");
  if (byName.waymark && peers.length > 0) {
    const cells = COLUMNS.map(([, of, figures]) =>
      figures
        .map((figure) => {
          const best = Math.min(...peers.map((name) => over(byName[name], of, figure)));
          return (best / over(byName.waymark, of, figure)).toFixed(2);
        })
        .join(" / "),
    );
    lines.push(`| the better peer ÷ Waymark | ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

/** What one who watches feels, alone and while others type. */
export function watching(people, pairs) {
  const row = (words, of) => {
    const scroll = ["median", "p95", "worst"].map((figure) => over(pairs, (pair) => of(pair).scroll, figure));
    const keys = ["median", "p95"].map((figure) => over(pairs, (pair) => of(pair).keys, figure));
    const spell = (figures) => figures.map((ms) => ms.toFixed(1)).join(" / ");
    return `| ${words} | ${spell(scroll)} | ${spell(keys)} |`;
  };
  const sent = summary(pairs.map(({ sent }) => sent)).median;
  return [
    `${people} people type while one watches (${sent} changes a round)`,
    "",
    "| | scroll frames: median / p95 / worst, ms | key to paint: median / p95, ms |",
    "|---|---|---|",
    row("alone", ({ alone }) => alone),
    row(`beside ${people}`, ({ beside }) => beside),
  ].join("\n");
}
