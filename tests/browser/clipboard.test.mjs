// The clipboard: cards copied, cut and duplicated by keys; a spreadsheet's table pasted with
// a preview; a lane carried into another map.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("the clipboard", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const permissions = ["clipboard-read", "clipboard-write"];

  /** What the cards of a cell say. */
  const says = (map, lane, step) => map.cell(lane, step).locator(".card-text").allInnerTexts();

  /** Goes to a cell by its name. */
  const goTo = (map, lane, step) => map.cell(lane, step).focus();

  test("selected cards are copied, cut and duplicated by keys, each as one undo step", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana", { permissions });
    const before = await map.everything();
    const words = await says(map, "actions", "a01");
    assert.equal(words.length, 2);
    await goTo(map, "actions", "a01");
    await map.keyboard.press("ControlOrMeta+c");
    assert.equal(await map.page.evaluate(() => navigator.clipboard.readText()), words.join("\n"));

    await goTo(map, "actions", "a06");
    const here = await says(map, "actions", "a06");
    await map.keyboard.press("ControlOrMeta+v");
    await map.page.waitForFunction(
      (count) => document.querySelectorAll('[data-cell="actions/a06"] .card').length === count,
      here.length + 2,
    );
    assert.deepEqual(await says(map, "actions", "a06"), [...here, ...words]);
    assert.equal(await map.page.locator(".card.chosen").count(), 2, "what was pasted is selected");
    await map.keyboard.press("ControlOrMeta+z");
    assert.deepEqual(await map.everything(), before);

    // Cut cards stay until they are pasted, and are the same cards then.
    const [first] = await map.cardsOf("actions");
    await map.card(first).click();
    await map.keyboard.press("ControlOrMeta+x");
    await map.grid.locator(`.card.cut[data-card="${first}"]`).waitFor();
    await goTo(map, "actions", "a07");
    await map.keyboard.press("ControlOrMeta+v");
    await map.cell("actions", "a07").locator(`[data-card="${first}"]`).waitFor();
    assert.equal(await map.grid.locator(".card.cut").count(), 0);
    await map.keyboard.press("ControlOrMeta+z");
    assert.equal(await map.cellOf(first), "actions/a01");

    // A pain point keeps its numbers.
    const pain = map.grid.locator("[data-pain=pp1]");
    await pain.focus();
    await map.keyboard.press("ControlOrMeta+d");
    const label = await pain.getAttribute("aria-label");
    const twin = map.cell("pains", "a06").locator("[data-pain]:not([data-pain=pp1])");
    await twin.first().waitFor();
    assert.match(await twin.first().innerText(), /Import breaks tables/);

    // A quote says where it comes from, an opportunity what it answers: so do their copies.
    const drawer = map.page.getByTestId("drawer");
    await map.card("q1").focus();
    await map.keyboard.press("ControlOrMeta+d");
    await map.cell("quotes", "a06").locator(".card").nth(1).focus();
    await map.keyboard.press("i");
    const source = drawer.getByLabel("Source");
    await source.waitFor();
    assert.equal(await source.inputValue(), "Interview 4, project manager");
    await map.keyboard.press("Escape");
    await map.grid.locator("[data-opportunity=op1]").focus();
    await map.keyboard.press("ControlOrMeta+c");
    const lane = await map.grid
      .locator("[data-opportunity=op1]")
      .evaluate((it) => it.closest("[data-cell]").dataset.cell.split("/")[0]);
    await goTo(map, lane, "a02");
    await map.keyboard.press("ControlOrMeta+v");
    const copy = map.cell(lane, "a02").locator("[data-opportunity]").filter({ hasText: "file by file" });
    await copy.waitFor();
    await copy.focus();
    await map.keyboard.press("i");
    await drawer.getByRole("list", { name: "Answers" }).getByText(/Import breaks tables/).waitFor();
    assert.equal(await drawer.getByRole("list", { name: "Also about" }).getByRole("button").count(), 1);
    await map.keyboard.press("Escape");
    assert.match(label, /rank \d/);
    assert.match(await twin.first().getAttribute("aria-label"), /rank \d/);
  });

  test("a spreadsheet's table is shown first and fills the cells from there on", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const before = await map.everything();
    const table = 'Opens it\t"Reads\ntwice"\r\nHm\tGood\r\n';
    await goTo(map, "actions", "a02");
    await map.paste(table);
    const preview = map.popup.getByTestId("paste-preview");
    await preview.waitFor();
    assert.match(await preview.innerText(), /Paste a table[^]*What Nadia does[^]*Reads\s+twice[^]*Paste 5 cards/);
    await map.keyboard.press("Escape");
    await preview.waitFor({ state: "detached" });
    assert.deepEqual(await map.everything(), before, "Escape pastes nothing");
    await map.paste(table);
    await preview.waitFor();
    await map.keyboard.press("Enter");
    await map.cell("thoughts", "a03").getByText("Good").waitFor();
    assert.deepEqual((await says(map, "actions", "a03")).slice(-2), ["Reads", "twice"]);
    assert.equal((await says(map, "thoughts", "a02")).at(-1), "Hm");
    await map.keyboard.press("ControlOrMeta+z");
    assert.deepEqual(await map.everything(), before);
    // What pretends to be ours and is not makes cards of its words, nothing else.
    await goTo(map, "actions", "a02");
    await map.paste("<b>plain</b>", '<table data-waymark="{&quot;format&quot;: 7}" data-waymark-kind="cards">');
    await map.cell("actions", "a02").getByText("<b>plain</b>").waitFor();
  });

  test("a lane goes into another map with what is in it, step by step as people choose", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana", { permissions });
    await map.page.locator('[data-spot="lane:tech"]').focus();
    await map.keyboard.press("ControlOrMeta+c");
    const count = (await map.cardsOf("tech")).length;
    await map.page.goto("/map/map-claim");
    await map.isOpen();
    const lanes = await map.lanes().count();
    await map.page.locator("[data-spot^=\"lane:\"]").first().focus();
    await map.keyboard.press("ControlOrMeta+v");
    const preview = map.popup.getByTestId("paste-preview");
    await preview.waitFor();
    assert.match(await preview.innerText(), /Paste the lane “Tech limits”[^]*Paste \d+ cards/);
    assert.ok(count > 5);
    await map.keyboard.press("Enter");
    await map.grid.getByText("Table is an image, so it cannot be searched").waitFor();
    assert.equal(await map.lanes().count(), lanes + 1);
    await map.keyboard.press("ControlOrMeta+z");
    await map.page.waitForFunction(
      (wanted) => document.querySelectorAll("[data-testid=lane]").length === wanted,
      lanes,
    );
  });
});
