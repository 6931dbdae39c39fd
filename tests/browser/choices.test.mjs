// Two people set one value differently at the same time: both are kept until somebody chooses.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { RECONNECTION, openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("two values", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("both are shown with who set them, and choosing one settles it for both", async (t) => {
    let server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const pain = (person) => person.grid.locator("[data-pain]").first();
    const chip = (person) => pain(person).getByTestId("choices");
    await server.kill();
    await Promise.all([ana.isCutOff(), ben.isCutOff()]);

    // They do not hear of one another.
    const score = async (person, value) => {
      await pain(person).hover();
      await pain(person).locator("[data-action=more]").first().click();
      const choice = person.popup.locator(`[data-choice="impact-${value}"]`);
      if ((await choice.getAttribute("aria-checked")) === "false") await choice.click();
      await person.keyboard.press("Escape");
    };
    await score(ana, 1);
    await score(ben, 2);
    assert.equal(await chip(ana).count(), 0, "one value as long as they are apart");

    server = await startServer(t, { data: server.data, listen: server.listen });
    await ana.isSaved({ timeout: RECONNECTION });
    await ben.isSaved({ timeout: RECONNECTION });
    await Promise.all([chip(ana).waitFor(), chip(ben).waitFor()]);
    assert.equal(await chip(ana).innerText(), "2 values");
    assert.match(await pain(ana).getAttribute("aria-label"), /2 values to choose from/);

    // By keys: the chip is not the only way.
    await pain(ana).focus();
    await ana.keyboard.press("Alt+Enter");
    const offered = ana.popup.getByTestId("choice");
    assert.deepEqual((await offered.locator("strong").allInnerTexts()).sort(), ["1", "2"]);
    assert.match((await offered.locator("small").allInnerTexts()).join(), /Ana.*Ben|Ben.*Ana/);
    await ana.keyboard.press("Escape");

    // Ben chooses what Ana set.
    await chip(ben).click();
    await ben.popup.getByTestId("choice").filter({ hasText: "Ana" }).click();
    await Promise.all([
      chip(ana).waitFor({ state: "detached" }),
      chip(ben).waitFor({ state: "detached" }),
    ]);
    for (const person of [ana, ben]) {
      await pain(person).hover();
      await pain(person).locator("[data-action=more]").first().click();
      const chosen = person.popup.locator('[data-choice="impact-1"]');
      assert.equal(await chosen.getAttribute("aria-checked"), "true");
      await person.keyboard.press("Escape");
    }
  });
});
