// What both whiteboards' pages share: the notes, where they lie, and where they are kept.

import { textOf } from "../../../support/large_map.mjs";

const asked = new URLSearchParams(location.search);
const count = Number(asked.get("notes"));

/** Whether the notes are to be made now, instead of opened as a board that was saved. */
export const making = asked.has("make");

/** The texts of the large map in the columns of its steps. */
export const notes = () =>
  Array.from({ length: count }, (_, n) => ({
    text: textOf(n),
    x: 20 + (n % 60) * 220,
    y: 60 + Math.floor(n / 60) * 220,
  }));

/** The board as it was saved, if it is not to be made. */
export async function saved(name) {
  return making ? undefined : (await fetch(`${name}-${count}.json`)).json();
}

/** Tells the benchmark that the notes are there, and what it can do with them. */
export function ready(can) {
  globalThis.bench = can;
}
