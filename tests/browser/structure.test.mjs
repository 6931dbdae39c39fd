// Stages, steps and lanes: added, renamed, reordered, deleted.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("the map's structure", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** Waits until the names in some headers are these. */
  async function untilNames(map, headers, wanted) {
    await map.page.waitForFunction(
      ([testid, names]) => {
        const found = [...document.querySelectorAll(`[data-testid=${testid}] .head-text`)];
        return JSON.stringify(found.map((text) => text.innerText)) === JSON.stringify(names);
      },
      [headers, wanted],
    );
  }

  test("stages can be added, renamed, reordered and deleted", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const names = await map.names(map.stages());
    await map.page.getByTestId("add-stage").click();
    await map.editor.fill("Afterwards");
    await map.keyboard.press("Enter");
    await untilNames(ben, "stage", [...names, "Afterwards"]);

    const added = map.stages().last();
    await map.choose(added, /left/i);
    const moved = [...names.slice(0, -1), "Afterwards", names.at(-1)];
    await untilNames(map, "stage", moved);
    await untilNames(ben, "stage", moved);

    await map.choose(map.stages().nth(names.length - 1), "Rename");
    await map.editor.fill("In between");
    await map.keyboard.press("Enter");
    await untilNames(ben, "stage", moved.map((name) => (name === "Afterwards" ? "In between" : name)));

    await map.choose(map.stages().nth(names.length - 1), "Delete stage");
    await untilNames(map, "stage", names);
    await untilNames(ben, "stage", names);
    await map.page.getByRole("button", { name: "Undo", exact: true }).last().click();
    await untilNames(ben, "stage", moved.map((name) => (name === "Afterwards" ? "In between" : name)));
  });

  test("steps can be added, renamed, reordered and deleted, and keep their cards", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const names = await map.names(map.steps());
    const [card] = await map.cardsOf("actions");
    await map.choose(map.steps().first(), "Add step after");
    await map.editor.fill("A pause");
    await map.keyboard.press("Enter");
    await untilNames(map, "step", [names[0], "A pause", ...names.slice(1)]);

    await map.choose(map.steps().first(), /right/i);
    await untilNames(map, "step", ["A pause", names[0], ...names.slice(1)]);
    assert.ok((await map.cardsOf("actions")).includes(card), "cards travel with their step");

    await map.choose(map.steps().nth(1), "Delete step");
    await untilNames(map, "step", ["A pause", ...names.slice(1)]);
    await map.keyboard.press("Control+z");
    await untilNames(map, "step", ["A pause", names[0], ...names.slice(1)]);
    await map.card(card).waitFor();
    await map.isSaved();
  });

  test("lanes can be added, renamed, reordered and deleted", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const names = await map.names(map.lanes());
    await map.page.getByTestId("add-lane").click();
    await map.popup.getByRole("textbox").fill("question");
    await map.keyboard.press("Enter");
    await map.editor.fill("What else to ask");
    await map.keyboard.press("Enter");
    await untilNames(map, "lane", [...names, "What else to ask"]);

    await map.choose(map.lanes().last(), "Move up");
    await untilNames(map, "lane", [...names.slice(0, -1), "What else to ask", names.at(-1)]);
    await map.choose(map.lanes().nth(names.length - 1), "Delete lane");
    await untilNames(map, "lane", names);
    await map.isSaved();
    await map.page.reload();
    await map.isOpen();
    await untilNames(map, "lane", names);
  });
});
