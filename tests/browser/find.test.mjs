// Searching in a map: found whatever its case and accents, listed by cell, shown in the map.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("search in the map", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const panel = (map) => map.page.getByTestId("find");
  const hits = (map) => panel(map).getByTestId("find-hit");
  const pointed = (map) => map.grid.locator("[data-pointed]");

  /** Opens the search with its key and types into it. */
  async function search(map, text) {
    await map.keyboard.press("Control+f");
    await map.page.waitForFunction(() => document.activeElement?.id === "find-field");
    await map.type(text);
  }

  /** A card with words of its own, made by typing on a cell. */
  async function write(map, text) {
    const [card] = await map.cardsOf("actions");
    const cell = await map.cellOf(card);
    await map.grid.locator(`[data-cell="${cell}"]`).focus();
    await map.type(text);
    await map.keyboard.press("Escape");
    await map.page.waitForFunction(() => document.activeElement?.dataset.spot?.startsWith("card:"));
    return map.focus();
  }

  test("finds a card without its accents, says where it is and goes there", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const spot = await write(map, "Dîne au café, Émile");
    await map.keyboard.press("Escape");
    await search(map, "CAFE emile");
    await hits(map).first().waitFor();
    assert.equal(await hits(map).count(), 1);
    const said = await hits(map).first().innerText();
    assert.match(said, / › .+ · What Nadia does/, "the hit names stage, step and lane");
    assert.deepEqual(await hits(map).locator("mark").allInnerTexts(), ["café", "Émile"]);
    await map.page
      .locator("[aria-live=polite]")
      .filter({ hasText: "1 place found" })
      .waitFor({ state: "attached" });

    await map.keyboard.press("Enter");
    await pointed(map).waitFor();
    assert.equal(await pointed(map).getAttribute("data-spot"), spot);
    assert.equal(await map.page.evaluate(() => document.activeElement.id), "find-field");
    await map.keyboard.press("Control+Enter");
    await map.focusIs(spot);
  });

  test("walks through the hits in reading order and around, by Enter, arrows and F3", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    await map.grid.locator("[data-card]").first().focus();
    const before = await map.focus();
    await search(map, "price");
    await hits(map).first().waitFor();
    const count = await hits(map).count();
    assert.ok(count > 1, "the demo map speaks of prices in several places");
    const chosen = () =>
      hits(map).evaluateAll((all) => all.findIndex((hit) => hit.ariaSelected === "true"));
    assert.equal(await chosen(), -1, "typing alone moves nothing");
    await map.keyboard.press("Enter");
    assert.equal(await chosen(), 0);
    await map.keyboard.press("ArrowDown");
    assert.equal(await chosen(), 1);
    await map.keyboard.press("Shift+Enter");
    await map.keyboard.press("ArrowUp");
    assert.equal(await chosen(), count - 1, "around the beginning is the end");
    await map.keyboard.press("F3");
    assert.equal(await chosen(), 0);
    const option = await map.page.locator("#find-field").getAttribute("aria-activedescendant");
    assert.equal(await hits(map).first().getAttribute("id"), option);

    await map.keyboard.press("Escape");
    await panel(map).waitFor({ state: "detached" });
    await map.focusIs(before);
    assert.equal(await pointed(map).count(), 0, "nothing is pointed at any more");
  });

  test("a click on a hit goes there; F3 then goes on from hit to hit in the map", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    await map.page.getByRole("button", { name: "Search in the map" }).click();
    await map.page.waitForFunction(() => document.activeElement?.id === "find-field");
    await map.type("price");
    await hits(map).last().click();
    await map.page.waitForFunction(() => document.activeElement?.dataset.spot);
    const last = await map.focus();
    await map.keyboard.press("F3");
    await map.page.waitForFunction(
      (spot) => document.activeElement?.dataset.spot && document.activeElement.dataset.spot !== spot,
      last,
    );
    assert.ok(await panel(map).isVisible(), "the panel is no dialog: it stays");
  });

  test("hits follow what others write", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await search(ana, "zanzibar");
    await panel(ana).getByText("Nothing found").waitFor();
    await write(ben, "Flies to Zanzibar");
    await hits(ana).first().waitFor();
    assert.equal(await hits(ana).count(), 1);
  });

  test("in the outline and the story, search shows its hits and a filter leaves out the rest", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana", {
      map: "map-saas-eval?view=outline&text=price",
    });
    const items = map.grid.getByTestId("item");
    await map.grid.locator(".dimmed").first().waitFor();
    const left = Number((await map.page.getByTestId("filter-line").innerText()).match(/(\d+) of/)[1]);
    assert.ok(left > 1);
    await search(map, "price");
    await hits(map).first().waitFor();
    await map.keyboard.press("Enter");
    await pointed(map).waitFor();
    assert.match(await pointed(map).innerText(), /price/i);
    await map.page.getByRole("button", { name: /^Filter/ }).first().click();
    await map.page.getByLabel("Hide what does not match").check();
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-testid=item]").length === count,
      left,
    );
    await map.keyboard.press("Escape");

    await map.see("Story");
    await map.page.getByTestId("story").waitFor();
    await search(map, "price");
    await hits(map).first().waitFor();
    await map.keyboard.press("Enter");
    await pointed(map).waitFor();
    for (const text of await items.allInnerTexts()) assert.match(text, /price/i);
    await hits(map).last().click();
    await map.page.waitForFunction(() => document.activeElement?.closest(".story-step [data-spot]"));
    assert.match(await map.page.evaluate(() => document.activeElement.innerText), /price/i);
    for (const text of await items.allInnerTexts()) assert.match(text, /price/i);
  });

  test("on a phone the panel leaves the map in view and turns to the step found", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana", {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    await map.page.getByRole("button", { name: "More" }).click();
    await map.page.getByRole("button", { name: "Search in the map" }).last().click();
    await map.page.waitForFunction(() => document.activeElement?.id === "find-field");
    await map.type("price");
    await hits(map).last().tap();
    await map.page.waitForFunction(() => document.activeElement?.dataset.spot);
    const box = await map.page.evaluate(() => {
      const { top, bottom } = document.activeElement.getBoundingClientRect();
      return { top, bottom, under: document.querySelector(".find-panel").getBoundingClientRect().bottom };
    });
    assert.ok(box.top >= box.under && box.top < 844, "what was found is seen below the panel");
  });
});
