// Several cards at once: selected by pointer, by keys and from the menu; moved, coloured, deleted.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("several cards at once", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** Waits until so many cards are selected. */
  async function untilSelected(map, count) {
    await map.page.waitForFunction(
      (wanted) => document.querySelectorAll(".card.chosen").length === wanted,
      count,
    );
  }

  test("cards selected by pointer are deleted as one undo step", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const before = await map.cardsOf("actions");
    const [first, second, third] = before;
    await map.card(first).click();
    await map.card(third).click({ modifiers: ["Shift"] });
    await untilSelected(map, 3);
    await map.card(second).click({ modifiers: ["ControlOrMeta"] });
    await untilSelected(map, 2);
    assert.match(await map.page.getByTestId("selection-bar").innerText(), /2 cards selected/);
    await map.keyboard.press("Delete");
    await map.card(first).waitFor({ state: "detached" });
    await map.card(third).waitFor({ state: "detached" });
    await map.card(second).waitFor();
    await map.keyboard.press("ControlOrMeta+z");
    await map.card(third).waitFor();
    assert.deepEqual(await map.cardsOf("actions"), before);
  });

  test("cards selected by keys move together and come back together", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [first] = await map.cardsOf("actions");
    const from = await map.cellOf(first);
    await map.card(first).click();
    await map.keyboard.press("ControlOrMeta+a");
    const chosen = await map.page.locator(".card.chosen").count();
    assert.ok(chosen > 0);
    await map.keyboard.press("ControlOrMeta+a");
    const lane = (await map.cardsOf("actions")).length;
    await untilSelected(map, lane);
    await map.keyboard.press("Escape");
    await untilSelected(map, 0);
    await map.keyboard.press("Shift+ArrowDown");
    await untilSelected(map, 2);
    await map.keyboard.press("Alt+Shift+ArrowRight");
    await ben.page.waitForFunction(
      ([id, cell]) =>
        document.querySelector(`[data-card="${id}"]`).closest("[data-cell]").dataset.cell !== cell,
      [first, from],
    );
    await map.keyboard.press("ControlOrMeta+z");
    await ben.page.waitForFunction(
      ([id, cell]) =>
        document.querySelector(`[data-card="${id}"]`).closest("[data-cell]").dataset.cell === cell,
      [first, from],
    );
  });

  test("single taps are enough: select from the menu, colour from the bar", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [first, second] = await map.cardsOf("actions");
    await map.choose(map.card(first), "Select");
    await map.card(second).click();
    await untilSelected(map, 2);
    const bar = map.page.getByTestId("selection-bar");
    await bar.getByRole("button", { name: "Colour" }).click();
    await map.popup.getByRole("radio", { name: "Rose" }).click();
    await ben.page.locator(`[data-card="${first}"].colour-rose`).waitFor();
    await ben.page.locator(`[data-card="${second}"].colour-rose`).waitFor();
    await map.keyboard.press("ControlOrMeta+z");
    await ben.page.locator(`[data-card="${first}"]:not(.colour-rose)`).waitFor();
    await bar.getByRole("button", { name: "Done" }).click();
    await untilSelected(map, 0);
  });

  test("dragging one selected card takes the others along", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const [first, second] = await map.cardsOf("actions");
    await map.card(first).click();
    await map.card(second).click({ modifiers: ["ControlOrMeta"] });
    const [, step] = (await map.cellOf(first)).split("/");
    const target = `thoughts/${step}`;
    await untilSelected(map, 2);
    await map.drag(first, map.cell("thoughts", step));
    await map.page.waitForFunction(
      ([a, b, cell]) =>
        [a, b].every(
          (id) =>
            document.querySelector(`[data-card="${id}"]`)?.closest("[data-cell]").dataset.cell ===
            cell,
        ),
      [first, second, target],
    );
  });
});
