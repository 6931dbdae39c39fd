// The grid without a mouse.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("by keyboard alone", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** Goes from the top of the page into the grid as a keyboard user does: one Tab stop. */
  async function enterGrid(map) {
    await map.page.evaluate(() => document.activeElement?.blur());
    for (let stops = 0; stops < 60; stops += 1) {
      await map.keyboard.press("Tab");
      if ((await map.focus()) !== "") return;
    }
    assert.fail("Tab never reached the grid");
  }

  /** The focus goes to a cell by way of the arrow keys. */
  async function walkTo(map, lane, step) {
    const wanted = `cell:${lane}/${step}`;
    await map.keyboard.press("Control+Home");
    for (let down = 0; down < 40; down += 1) {
      if ((await map.focus()).startsWith(`cell:${lane}/`)) break;
      await map.keyboard.press("ArrowDown");
    }
    for (let right = 0; right < 60; right += 1) {
      if ((await map.focus()) === wanted) return;
      await map.keyboard.press("ArrowRight");
    }
    assert.equal(await map.focus(), wanted);
  }

  const cellOfCard = async (map, id) => {
    const [lane, step] = (await map.cellOf(id)).split("/");
    return { lane, step };
  };

  test("Tab leads in once and out again, arrows walk the cells", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    await enterGrid(map);
    const stops = await map.page.evaluate(
      () => document.querySelectorAll('.map-grid [data-spot][tabindex="0"]').length,
    );
    assert.equal(stops, 1, "the grid is one Tab stop");
    await map.keyboard.press("Control+Home");
    const first = await map.focus();
    assert.match(first, /^cell:/);
    await map.keyboard.press("ArrowRight");
    const second = await map.focus();
    assert.notEqual(second, first);
    await map.keyboard.press("Home");
    assert.equal(await map.focus(), first);
    await map.keyboard.press("Control+End");
    assert.notEqual(await map.focus(), first);
    await map.keyboard.press("Shift+Tab");
    await map.page.waitForFunction(() => !document.activeElement?.dataset.spot);
  });

  test("typing on a cell makes a card, Enter the next, Escape leads out step by step", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const [id] = await map.cardsOf("actions");
    const { lane, step } = await cellOfCard(map, id);
    const before = await map.cardsOf("actions");
    await enterGrid(map);
    await walkTo(map, lane, step);

    await map.type("One more card");
    await map.keyboard.press("Enter");
    await map.type("And another");
    await map.keyboard.press("Escape");
    const all = await map.cardsOf("actions");
    assert.equal(all.length, before.length + 2);
    const made = all.filter((card) => !before.includes(card));
    const texts = await Promise.all(made.map((card) => map.text(card)));
    assert.deepEqual(texts, ["One more card", "And another"]);
    await map.focusIs(`card:${made[1]}`);
    await map.keyboard.press("Escape");
    await map.focusIs(`cell:${lane}/${step}`);
    await map.keyboard.press("Enter");
    await map.focusIs(`card:${id}`);
    await map.keyboard.press("Enter");
    await map.editor.waitFor();
    await map.type(", longer");
    await map.keyboard.press("Tab");
    assert.match(await map.text(id), /, longer$/);
    assert.match(await map.focus(), new RegExp(`^cell:${lane}/`));
  });

  test("Move to… puts a card into another lane and says where", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const [id] = await map.cardsOf("actions");
    const { step } = await cellOfCard(map, id);
    const text = await map.text(id);
    await map.card(id).focus();
    await map.keyboard.press("m");
    const dialog = map.page.getByTestId("move-to");
    await dialog.locator('[data-field="lane"]').selectOption("thoughts");
    await dialog.getByRole("button", { name: "Move", exact: true }).press("Enter");
    await map.cell("thoughts", step).locator(`[data-card="${id}"]`).waitFor();
    await map.focusIs(`card:${id}`);
    assert.equal(await map.text(id), text);
    await map.page.locator("[aria-live=polite]").filter({ hasText: /Moved to/ }).waitFor({ state: "attached" });
  });

  test("Delete asks nothing and can be taken back, by its toast and by Ctrl+Z", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const [id] = await map.cardsOf("actions");
    const text = await map.text(id);
    await map.card(id).focus();
    await map.keyboard.press("Delete");
    await map.card(id).waitFor({ state: "detached" });
    await map.page.getByRole("button", { name: "Undo", exact: true }).last().press("Enter");
    await map.card(id).waitFor();
    assert.equal(await map.text(id), text);

    await map.card(id).focus();
    await map.keyboard.press("Delete");
    await map.card(id).waitFor({ state: "detached" });
    await map.keyboard.press("Control+z");
    await map.card(id).waitFor();
    await map.keyboard.press("Control+y");
    await map.card(id).waitFor({ state: "detached" });
    await map.isSaved();
  });

  test("a feeling is set with number keys, with arrows and by click", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const point = map.grid.getByTestId("point").first();
    const step = await point.getAttribute("data-point");
    const value = (wanted) =>
      map.page.waitForFunction(
        ([id, number]) => document.querySelector(`[data-point="${id}"]`)?.dataset.value === number,
        [step, wanted],
      );
    await point.focus();
    await map.keyboard.press("1");
    await value("-2");
    await map.keyboard.press("ArrowUp");
    await value("-1");
    await map.keyboard.press("5");
    await value("2");
    await map.grid.locator(`[data-level="0"][data-for="${step}"]`).click();
    await value("0");
    await map.keyboard.press("Control+z");
    await value("2");
    await map.isSaved();
    await map.page.reload();
    await map.isOpen();
    await value("2");
  });
});
