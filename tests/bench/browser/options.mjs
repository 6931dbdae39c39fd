// What can be asked for on the command line.

import { parseArgs } from "node:util";

export const PRODUCTS = ["waymark", "tldraw", "excalidraw"];

export const HELP = `Usage: cargo xtask bench browser [OPTIONS]

Opens the same notes in Waymark, tldraw and Excalidraw, one after the other in the same
Chromium, and prints what a person would feel: medians over rounds, and ratios.

Options:
  --cards N,N       How many notes [default: 3000,10000]
  --rounds N        How often each is measured, in turns [default: 3]
  --only NAME,NAME  Only these of ${PRODUCTS.join(", ")} [default: all]
  --people N        How many type while one watches Waymark; 0 for none [default: 50]
  --help            Print this`;

/** The options of this run, or a message about what is wrong with them. */
export function options(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      cards: { type: "string", default: "3000,10000" },
      rounds: { type: "string", default: "3" },
      only: { type: "string", default: PRODUCTS.join(",") },
      people: { type: "string", default: "50" },
      help: { type: "boolean", default: false },
    },
  });
  const only = values.only.split(",").map((name) => name.trim().toLowerCase());
  const stranger = only.find((name) => !PRODUCTS.includes(name));
  if (stranger !== undefined) {
    throw new Error(`--only knows ${PRODUCTS.join(", ")}; not “${stranger}”`);
  }
  return {
    help: values.help,
    cards: values.cards.split(",").map((text) => whole("--cards", text, 100, 20_000)),
    rounds: whole("--rounds", values.rounds, 1, 100),
    people: whole("--people", values.people, 0, 500),
    only: PRODUCTS.filter((name) => only.includes(name)),
  };
}

function whole(name, text, least, most) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new Error(`${name} takes whole numbers from ${least} to ${most}; not “${text}”`);
  }
  return number;
}
