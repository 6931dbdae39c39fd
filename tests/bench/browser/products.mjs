// The three products: where their notes are, when they are usable, how one types into a note
// and how a change of somebody else comes in.

import { remote } from "./crowd.mjs";
import { painted } from "./measure.mjs";

/** How many changes of others are measured in each round. */
const REMOTE_EDITS = 40;

export const products = {
  waymark: {
    title: "Waymark",
    address: ({ server, cards }) => `${server.http}/map/notes-${cards}`,
    usable: (page) =>
      page.waitForFunction(() => document.querySelectorAll("[data-card]").length > 20),
    type: async (page) => {
      await page.locator("[data-card]").first().dblclick();
      await page.waitForSelector("[data-testid=editor]");
    },
    // From the change in another program, through the server, to the changed page.
    remote: (page, { server, cards }) => remote(page, server, `notes-${cards}`, REMOTE_EDITS),
  },
  tldraw: {
    title: "tldraw",
    address: ({ peers, cards }) => `${peers}/tldraw.html?notes=${cards}`,
    usable: (page) =>
      page.waitForFunction(
        () => globalThis.bench && document.querySelectorAll(".tl-shape").length > 20,
      ),
    type: async (page) => {
      await page.mouse.dblclick(560, 160);
      await page.waitForSelector(".tl-shape [contenteditable=true]");
    },
    remote: inPage,
  },
  excalidraw: {
    title: "Excalidraw",
    address: ({ peers, cards }) => `${peers}/excalidraw.html?notes=${cards}`,
    usable: (page) =>
      page.waitForFunction(() => globalThis.bench && document.querySelector("canvas.interactive")),
    type: async (page) => {
      await page.mouse.dblclick(560, 160);
      await page.waitForSelector("textarea.excalidraw-wysiwyg");
    },
    remote: inPage,
  },
};

/** A whiteboard's store takes a change as from elsewhere, with no server between; until painted. */
async function inPage(page) {
  const took = [];
  for (let n = 0; n < REMOTE_EDITS; n += 1) {
    took.push(
      await painted(page, (n) => globalThis.bench.edit(n % 4, `changed ${n}`), n),
    );
  }
  return took;
}
