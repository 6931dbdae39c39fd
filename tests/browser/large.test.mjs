// A map of thousands of cards: drawn only near what is seen, whole to keys and to ears.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { largeMap } from "../support/large_map.mjs";
import { startServer, temporaryFolder, waymark } from "../support/server.mjs";
import { openBrowser, person } from "./support/people.mjs";

const CARDS = 3_000;
const MAP = "large";

let browser;

before(async () => (browser = await openBrowser()));
after(() => browser.close());

/** The large map on a server of its own, opened. */
async function opened(t) {
  const data = await temporaryFolder(t);
  const file = path.join(data, "large.json");
  await writeFile(file, JSON.stringify(largeMap({ id: MAP, cards: CARDS })));
  await waymark("admin", "import", file, "--data", data);
  const server = await startServer(t, { data });
  const page = await person(t, browser, server, "Ana");
  await page.goto(`/map/${MAP}`);
  await page.locator("[data-card]").first().waitFor();
  return page;
}

test("only cells near what is seen are in the page, and their places and counts are the whole map's", async (t) => {
  const page = await opened(t);
  const seen = await page.evaluate(() => {
    const grid = document.querySelector("[role=grid]");
    const row = grid.querySelector('.row[data-lane="l1"]');
    const of = (element, name) => element.getAttribute(name);
    return {
      cards: grid.querySelectorAll("[data-card]").length,
      cells: [...row.querySelectorAll("[role=gridcell]")].map((cell) => Number(of(cell, "aria-colindex"))),
      rows: of(grid, "aria-rowcount"),
      columns: of(grid, "aria-colcount"),
      rowIndexes: [...grid.querySelectorAll("[data-lane]")].map((row) => Number(of(row, "aria-rowindex"))),
      farRow: grid.querySelector('.row[data-lane="l24"]').getBoundingClientRect().height,
    };
  });
  assert.ok(seen.cards > 20 && seen.cards < CARDS / 5, `${seen.cards} cards are drawn`);
  assert.deepEqual([seen.rows, seen.columns], ["27", "62"]);
  assert.deepEqual(seen.rowIndexes, Array.from({ length: 25 }, (_, row) => row + 3));
  assert.ok(seen.cells.length >= 8 && seen.cells.length < 30, `${seen.cells.length} cells in a row`);
  assert.deepEqual(seen.cells.slice(0, 8), [2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(seen.cells, seen.cells.toSorted((a, b) => a - b));
  assert.ok(seen.farRow > 60, "a row that is not drawn keeps room for its cards");
});

test("scrolling draws the cards that come into view", async (t) => {
  const page = await opened(t);
  const far = page.locator('[data-cell="l1/t40"]');
  assert.equal(await far.count(), 0);
  await page.evaluate(() => document.querySelector(".board").scrollTo(40 * 168, 0));
  await far.locator("[data-card]").first().waitFor();
  assert.equal(await far.getAttribute("aria-colindex"), "42");
  const lined = await page.evaluate(() => {
    const left = (selector) => document.querySelector(selector).getBoundingClientRect().left;
    return left('[data-cell="l1/t40"]') - left('.step[data-step="t40"]');
  });
  assert.ok(Math.abs(lined) < 1, "it stands under its step");
});

test("keys lead to a card that was not drawn, and it has focus in view", async (t) => {
  const page = await opened(t);
  await page.locator('[data-cell="l0/t0"] [data-card]').first().click();
  await page.keyboard.press("Control+End");
  await page.waitForFunction(() => document.activeElement?.closest('[data-cell="l24/t59"]'));
  await page.keyboard.press("Enter");
  const focused = await page.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();
    return box.right <= innerWidth && box.bottom <= innerHeight && box.width > 0;
  });
  assert.ok(focused, "what has focus is seen");
});

test("a card with focus stays drawn however far one scrolls", async (t) => {
  const page = await opened(t);
  const card = page.locator('[data-cell="l0/t0"] [data-card]').first();
  await card.click();
  const id = await card.getAttribute("data-card");
  await page.evaluate(() => document.querySelector(".board").scrollTo(50 * 168, 0));
  await page.locator('[data-cell="l1/t50"] [data-card]').first().waitFor();
  const focused = await page.evaluate(() => document.activeElement?.closest("[data-card]")?.dataset.card);
  assert.equal(focused, id);
});

test("a card carried by keys faster than cells are drawn is seen where it would land, and lands there", async (t) => {
  const page = await opened(t);
  const card = page.locator('[data-cell="l0/t0"] [data-card]').first();
  await card.click();
  const id = await card.getAttribute("data-card");
  await page.keyboard.press("Space");
  for (let step = 0; step < 30; step += 1) await page.keyboard.press("ArrowRight");
  const mark = page.locator('.drop-mark[data-over="l0/t30"]');
  await mark.waitFor();
  await page.waitForFunction(() => {
    const box = document.querySelector(".drop-mark").getBoundingClientRect();
    return box.left >= 0 && box.right <= innerWidth;
  });
  await page.keyboard.press("Space");
  await page.waitForFunction(
    (id) => document.activeElement?.closest('[data-cell="l0/t30"]') && document.activeElement.dataset.card === id,
    id,
  );
});
