// Cards over several steps, and connections between steps.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("what goes over several steps", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const CARD = "a02-actions-1";
  const wide = (map, columns) =>
    map.page.waitForFunction(
      ([card, columns]) => {
        const box = document.querySelector(`[data-card="${card}"]`).getBoundingClientRect();
        const cell = document.querySelector("[data-cell='actions/a02']").getBoundingClientRect();
        return Math.round(box.width / cell.width) === columns;
      },
      [CARD, columns],
    );

  test("a card covers several steps by keys, by menu and by its edge, and others make room", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await map.card(CARD).focus();
    await map.keyboard.press(">");
    await map.keyboard.press(">");
    await wide(ben, 3);
    await map.focusIs(`card:${CARD}`);
    const overlap = await ben.page.evaluate((card) => {
      const box = document.querySelector(`[data-card="${card}"]`).getBoundingClientRect();
      return [...document.querySelectorAll("[data-lane=actions] [data-card]")]
        .filter((other) => other.dataset.card !== card)
        .map((other) => other.getBoundingClientRect())
        .some((it) => it.left < box.right && box.left < it.right && it.top < box.bottom && box.top < it.bottom);
    }, CARD);
    assert.equal(overlap, false, "no card lies under it");

    await map.keyboard.press("<");
    await wide(ben, 2);
    const title = await map.page.locator("[data-step=a05] .head-text").innerText();
    await map.choose(map.card(CARD), "Reach to step…");
    await map.popup.getByRole("menuitemcheckbox", { name: title }).click();
    await wide(ben, 4);

    const handle = await map.card(CARD).getByTestId("reach").boundingBox();
    const end = await map.page.locator("[data-step=a03]").boundingBox();
    await map.page.mouse.move(handle.x + 8, handle.y + 10);
    await map.page.mouse.down();
    await map.page.mouse.move(end.x + 60, handle.y + 10, { steps: 6 });
    await map.page.mouse.up();
    await wide(ben, 2);
    await map.keyboard.press("Control+z");
    await wide(ben, 4);
  });

  test("steps are connected by their menu, and the connection goes and comes with its step", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const title = await map.page.locator("[data-step=a02] .head-text").innerText();
    await map.choose(map.page.locator("[data-step=a04]"), "Connect to…");
    await map.popup.getByRole("menuitem", { name: title }).click();
    await map.popup.getByLabel("Label of the connection").fill("No mail came");
    const chip = ben.page.locator("[data-connector]");
    await ben.page.getByRole("button", { name: /^Loop from .*No mail came/ }).waitFor();
    await map.popup.getByLabel("Kind of connection").selectOption("exit");
    await ben.page.getByRole("button", { name: /^Exit from/ }).waitFor();
    await map.keyboard.press("Escape");

    await map.choose(map.page.locator("[data-step=a04]"), "Delete step");
    await chip.waitFor({ state: "detached" });
    await map.keyboard.press("Control+z");
    await chip.waitFor();

    await chip.click();
    await ben.popup.getByRole("button", { name: /^Delete connection/ }).click();
    await map.page.locator("[data-connector]").waitFor({ state: "detached" });
  });
});
