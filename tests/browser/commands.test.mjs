// Every command is in one table: the command menu, the list of keys and the menus agree.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("commands", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const chosen = (map) => map.popup.getByRole("option", { selected: true });

  test("a command is found by its words and done to what has focus", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    await ana.card("a01-actions-1").click();
    await ana.keyboard.press("Control+k");
    await ana.keyboard.type("right");
    assert.match(await chosen(ana).innerText(), /Move right/);
    await ana.keyboard.press("Enter");
    await ana.cell("actions", "a02").locator('[data-card="a01-actions-1"]').waitFor();
    assert.equal(await ana.focus(), "card:a01-actions-1", "focus stays on the card");
    await ana.keyboard.press("Control+z");
    await ana.cell("actions", "a01").locator('[data-card="a01-actions-1"]').waitFor();
  });

  test("the menu of a card offers what the command menu offers for it", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    await ana.card("a01-actions-1").click({ button: "right" });
    const inMenu = await ana.popup
      .locator("[data-command]")
      .evaluateAll((lines) => lines.map((line) => line.dataset.command));
    await ana.keyboard.press("Escape");
    await ana.keyboard.press("Control+k");
    const everywhere = await ana.popup
      .locator("[data-command]")
      .evaluateAll((lines) => lines.map((line) => line.dataset.command));
    assert.ok(inMenu.includes("card.edit"));
    assert.deepEqual(everywhere.slice(0, inMenu.length), inMenu);
  });

  test("the question mark lists the keys, also those of the command menu", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    await ana.card("a01-actions-1").click();
    await ana.keyboard.press("?");
    const keys = ana.page.getByRole("dialog", { name: "Keys" });
    await keys.waitFor();
    assert.match(await keys.innerText(), /Add step after\s*N/);
    assert.match(await keys.innerText(), /All commands\s*Ctrl\+K/);
    await ana.keyboard.press("Escape");
    assert.equal(await ana.focus(), "card:a01-actions-1", "and leads back to where one was");
  });

  test("letters are commands on cells for those who switch typing off", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    await ana.cell("tech", "a02").focus();
    await ana.page.getByRole("button", { name: "Commands" }).click();
    await ana.keyboard.type("typing");
    await ana.keyboard.press("Enter");
    await ana.cell("tech", "a02").focus();
    await ana.keyboard.press("x");
    assert.equal(await ana.editor.count(), 0, "no card was started");
  });
});
