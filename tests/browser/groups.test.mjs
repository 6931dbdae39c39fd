// Groups: cards of a cell stacked under a name and taken apart again, in the grid and in the
// outline; and the words offered while somebody types.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("groups of cards, statuses and suggestions", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("selected cards are stacked under a name, closed, opened and freed", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const before = await map.everything();
    const [first, second] = await map.cardsOf("actions");
    await map.card(first).click();
    await map.card(second).click({ modifiers: ["Shift"] });
    await map.keyboard.press("Shift+G");
    await map.page.waitForFunction(
      () => document.activeElement?.getAttribute("aria-label") === "Name of the group",
    );
    await map.type("First look");
    await map.keyboard.press("Enter");
    const head = map.cell("actions", "a01").getByTestId("group");
    await head.getByText("First look").waitFor();
    assert.match(await head.innerText(), /First look\s*2/);
    assert.match(await map.card(second).getAttribute("aria-label"), /in group First look/);

    // Closed, the stack shows its top card alone, and arrow keys know it.
    await map.card(second).focus();
    await map.keyboard.press("e");
    await map.card(second).waitFor({ state: "detached" });
    assert.equal(await head.getAttribute("aria-expanded"), "false");
    await head.click();
    await map.card(second).waitFor();

    // The outline has it as a heading; from there it is dissolved.
    await map.keyboard.press("g");
    await map.keyboard.press("o");
    const heading = map.page.getByRole("heading", { name: /First look/, level: 5 });
    await heading.waitFor();
    await map.card(second).focus();
    await map.keyboard.press("Shift+U");
    await heading.waitFor({ state: "detached" });
    await map.keyboard.press("ControlOrMeta+z");
    await heading.waitFor();
    await map.keyboard.press("ControlOrMeta+z");
    await map.keyboard.press("ControlOrMeta+z");
    await heading.waitFor({ state: "detached" });
    assert.equal((await map.everything()).length, before.length);
  });

  test("a group moves as one, by hand, by keys and by its menu, and takes in what is typed in it", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const [first, second] = await map.cardsOf("actions");
    await map.card(first).click();
    await map.card(second).click({ modifiers: ["Shift"] });
    await map.keyboard.press("Shift+G");
    await map.page.waitForFunction(
      () => document.activeElement?.getAttribute("aria-label") === "Name of the group",
    );
    await map.type("First look");
    await map.keyboard.press("Enter");
    const heads = map.grid.getByTestId("group");
    const head = (cell) => map.cell(...cell.split("/")).getByTestId("group");
    await head("actions/a01").getByText("First look").waitFor();
    const isAt = (cell, count) =>
      head(cell).filter({ hasText: new RegExp(`First look\\s*${count}`) }).waitFor();

    // What is typed after one of its cards is one of them; what is added to the cell is not.
    await map.card(second).focus();
    await map.keyboard.press("n");
    await map.editor.waitFor();
    await map.type("Asks a friend");
    await map.keyboard.press("Escape");
    await isAt("actions/a01", 3);
    await map.cell("actions", "a01").focus();
    await map.type("Alone");
    await map.keyboard.press("Escape");
    await map.grid.getByText("Alone", { exact: true }).waitFor();
    await isAt("actions/a01", 3);

    // By hand, and back with one undo.
    const from = await head("actions/a01").boundingBox();
    const to = await map.cell("actions", "a02").boundingBox();
    await map.page.mouse.move(from.x + 30, from.y + 8);
    await map.page.mouse.down();
    await map.page.mouse.move(to.x + to.width / 2, to.y + to.height - 8, { steps: 10 });
    await map.page.mouse.up();
    await isAt("actions/a02", 3);
    assert.equal(await heads.count(), 1);
    assert.equal(await map.cellOf(first), "actions/a02");
    await map.focusIs(`card:${first}`);
    await map.keyboard.press("ControlOrMeta+z");
    await isAt("actions/a01", 3);
    assert.equal(await map.cellOf(second), "actions/a01");

    // By keys, to the lane below.
    await map.card(second).focus();
    await map.keyboard.press("Shift+P");
    const over = () => map.page.locator(".drop-mark").getAttribute("data-over");
    for (let turn = 0; turn < 9 && (await over()) !== "thoughts/a01"; turn += 1) {
      await map.keyboard.press("ArrowDown");
    }
    await map.keyboard.press(" ");
    await isAt("thoughts/a01", 3);
    await map.focusIs(`card:${first}`);

    // By single clicks, in the outline: the menu of a card moves its group.
    await map.page.locator(".views [data-view=Outline]").click();
    const card = map.page.getByTestId("outline").locator(`[data-card="${first}"]`);
    await card.hover();
    await card.locator("[data-action=more]").first().click();
    await map.popup.getByRole("menuitem", { name: "Move its group to…" }).click();
    await map.popup.getByRole("heading", { name: /^Move group First look, 3 cards/ }).waitFor();
    await map.popup.locator("[data-field=step]").selectOption("a03");
    await map.popup.getByRole("button", { name: "Move", exact: true }).click();
    const there = map.page.locator('[data-cell="thoughts/a03"]');
    await there.getByRole("heading", { name: /First look/, level: 5 }).waitFor();
    assert.equal(await there.locator("[data-card]").count(), 4);
  });

  test("a status is given to all selected cards at once", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const [first, second] = await map.cardsOf("actions");
    await map.card(first).click();
    await map.card(second).click({ modifiers: ["Shift"] });
    await map.keyboard.press("s");
    await map.popup.getByRole("radio", { name: "Observed" }).click();
    await map.card(first).getByText("Observed").waitFor();
    await map.card(second).getByText("Observed").waitFor();
    await map.keyboard.press("ControlOrMeta+z");
    await map.card(second).getByText("Observed").waitFor({ state: "detached" });
    assert.equal(await map.card(first).getByText("Observed").count(), 0);

    // Words come back while one types; nothing is taken unless it was chosen.
    const list = map.page.getByTestId("suggestions");
    await map.cell("channels", "a03").focus();
    await map.keyboard.press("ControlOrMeta+Enter");
    await map.type("web");
    await list.getByRole("option").first().waitFor();
    await map.keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    assert.equal(await map.editor.inputValue(), "web", "Escape leaves the text");
    await map.type("s");
    await list.getByRole("option").first().waitFor();
    await map.keyboard.press("ArrowDown");
    const wanted = await list.locator("[aria-selected=true]").innerText();
    assert.match(wanted, /website/i);
    await map.keyboard.press("Enter");
    assert.match(await map.editor.inputValue(), /^website$/i);
    await map.keyboard.press("Enter");
    await map.type("emai");
    await list.getByRole("option").first().waitFor();
    await map.keyboard.press("Enter");
    await map.cell("channels", "a03").getByText("emai", { exact: true }).waitFor();
  });
});
