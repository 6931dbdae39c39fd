// Filters: what one person wants to see, said plainly and shared by a link.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("filters", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const line = (map) => map.page.getByTestId("filter-line");
  const form = (map) => map.page.getByTestId("filters");

  async function openForm(map) {
    await map.page.getByRole("button", { name: "Filter", exact: true }).click();
    await form(map).getByRole("group", { name: "Lanes" }).waitFor();
  }

  /** How many things the line says are left, and of how many. */
  async function counts(map) {
    const [, left, all] = (await line(map).innerText()).match(/(\d+) of (\d+)/);
    return [Number(left), Number(all)];
  }

  test("a kind of lane hides the others and says so until it is cleared", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const lanes = await map.lanes().count();
    await openForm(map);
    await form(map).getByLabel("Pain points").check();
    await map.page.keyboard.press("Escape");
    await line(map).getByText("pain points").waitFor();
    assert.equal(await map.lanes().count(), 1);
    const [left, all] = await counts(map);
    assert.equal(left, await map.grid.locator("[data-pain]").count());
    assert.ok(all > left);
    await line(map).getByRole("button", { name: "Clear" }).click();
    await line(map).waitFor({ state: "detached" });
    assert.equal(await map.lanes().count(), lanes);
    assert.equal(new URL(map.page.url()).search, "");
  });

  test("what does not match is dimmed and readable, or hidden when asked", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const items = await map.grid.getByTestId("item").count();
    await openForm(map);
    await form(map).getByLabel("Words").fill("price");
    await line(map).getByText("“price”").waitFor();
    const [left] = await counts(map);
    const dimmed = map.grid.locator(".dimmed");
    assert.equal(await dimmed.count(), items - left);
    assert.match(await dimmed.first().getAttribute("aria-label"), /filtered out$/);
    await form(map).getByLabel("Hide what does not match").check();
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-testid=item]").length === count,
      left,
    );
    await map.page.keyboard.press("Escape");

    // A card that one writes now does not vanish under one's hands.
    const cell = map.grid.locator('[data-cell^="actions/"]').first();
    await cell.focus();
    await map.type("Waits");
    await map.keyboard.press("Escape");
    await map.grid.getByText("Waits", { exact: true }).waitFor();
    assert.equal(await map.grid.getByTestId("item").count(), left + 1);
  });

  test("a link shows the same view to somebody else, and changes nothing for others", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await openForm(ana);
    await form(ana).getByLabel("Pain points").check();
    await form(ana).getByRole("group", { name: "Status" }).getByRole("checkbox").first().check();
    await line(ana).getByText("status").waitFor();
    const wanted = await counts(ana);
    assert.equal(await line(ben).count(), 0);
    await ben.page.goto(ana.page.url());
    await ben.isOpen();
    await line(ben).waitFor();
    assert.deepEqual(await counts(ben), wanted);
    assert.equal(await ben.lanes().count(), 1);

    // Another view keeps it, also in its address.
    await ben.page.locator(".views [data-view=Outline]").click();
    await ben.page.getByTestId("outline").waitFor();
    await line(ben).waitFor();
    assert.deepEqual(await counts(ben), wanted);
    await ben.page.waitForFunction(() => /view=outline/.test(location.search) && /status=/.test(location.search));

    // What is mine is mine alone, whoever the link is from; the drawer says who wrote it.
    await line(ana).getByRole("button", { name: "Clear" }).click();
    await ana.grid.locator('[data-cell^="actions/"]').first().focus();
    await ana.type("Asks a friend");
    await ana.keyboard.press("Escape");
    await ana.keyboard.press("g");
    await ana.keyboard.press("m");
    await line(ana).getByText("mine").waitFor();
    assert.equal((await counts(ana))[0], 1);
    await ana.keyboard.press("i");
    const written = (map) => map.page.getByTestId("written").innerText();
    assert.match(await written(ana), /^Written by you, .*\d/);
    await ana.isSaved();
    await ben.page.goto(ana.page.url().replace(/#.*/, ""));
    await ben.isOpen();
    await line(ben).getByText("mine").waitFor();
    assert.equal((await counts(ben))[0], 0);
    await ben.page.locator(".views [data-view=Outline]").click();
    const card = ben.page.getByTestId("outline").getByText("Asks a friend");
    await card.click();
    await ben.page.keyboard.press("i");
    assert.match(await written(ben), /^Written by Ana, /);
  });

  test("a hit that the filter hides clears it and says so", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const [id] = await map.cardsOf("actions");
    const text = await map.text(id);
    await openForm(map);
    await form(map).getByLabel("Pain points").check();
    await map.page.keyboard.press("Escape");
    await map.page.keyboard.press("Control+f");
    await map.page.waitForFunction(() => document.activeElement?.id === "find-field");
    await map.type(text);
    await map.page.getByTestId("find-hit").first().click();
    await map.focusIs(`card:${id}`);
    assert.equal(await line(map).count(), 0);
    await map.page.getByText("The filter was cleared to show this").waitFor();
  });
});
