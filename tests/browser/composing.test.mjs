// Letters that an input method composes, as for Japanese: shown while they are unsure, in the
// map when they are chosen.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

const CARD = "a06-actions-1";

describe("composing", { timeout: 120_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** An input method at a page's keyboard. */
  async function inputMethod(map) {
    const chromium = await map.page.context().newCDPSession(map.page);
    return {
      /** Shows letters that are not chosen yet, in the place of those before. */
      async compose(...texts) {
        for (const text of texts) {
          const end = text.length;
          await chromium.send("Input.imeSetComposition", { text, selectionStart: end, selectionEnd: end });
        }
      },
      choose: (text) => chromium.send("Input.insertText", { text }),
    };
  }

  test("what is composed in a card's text is there once, and what others write meanwhile stays", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const before = await ana.text(CARD);
    const keys = await inputMethod(ana);
    await ana.edit(CARD);
    await keys.compose("に", "にほ", "にほん");
    await ben.edit(CARD);
    await ben.keyboard.press("Control+Home");
    await ben.type("Soon: ", { delay: 1 });
    await ben.isSaved();
    // Ana's letters are not chosen yet: nobody else has them, and hers stand where they are.
    assert.equal(await ben.text(CARD), `Soon: ${before}`);
    assert.equal(await ana.text(CARD), `${before}にほん`);
    await keys.choose("日本");
    const both = `Soon: ${before}日本`;
    await ana.sees(CARD, both);
    await ben.sees(CARD, both);
    // The next word goes behind the first, wherever that is by now; also when somebody has
    // replaced everything around it.
    await keys.compose("ご");
    await keys.choose("語");
    await ben.sees(CARD, `${both}語`);
    await keys.compose("か");
    await ben.keyboard.press("Control+a");
    await ben.keyboard.insertText("All new ");
    await ben.isSaved();
    await keys.choose("家");
    await ben.sees(CARD, "All new 家");
    await ana.sees(CARD, "All new 家");
    assert.equal(await ana.text(CARD), "All new 家");
    assert.equal(await ben.text(CARD), "All new 家");
  });

  test("what is composed in details is there once, and what others write meanwhile stays", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const says = (map, text) =>
      map.page.waitForFunction(
        (wanted) => document.querySelector("[data-testid=details]")?.innerText.trim() === wanted,
        text,
      );
    for (const map of [ana, ben]) {
      await map.openDetails(CARD);
      await map.details.click();
    }
    // Into details that say nothing yet.
    const keys = await inputMethod(ana);
    await keys.compose("に", "にほ", "にほん");
    await keys.choose("日本");
    await says(ana, "日本");
    await says(ben, "日本");

    await ana.keyboard.press("Control+b");
    await keys.compose("ご", "ごう");
    await ben.keyboard.press("Control+Home");
    await ben.type("Soon: ", { delay: 1 });
    await ben.isSaved();
    await says(ben, "Soon: 日本");
    await keys.choose("語");
    await says(ana, "Soon: 日本語");
    await says(ben, "Soon: 日本語");
    assert.equal(await ben.details.locator("strong").innerText(), "語");

    await keys.compose("か");
    await ben.keyboard.press("Control+a");
    await ben.keyboard.insertText("All new ");
    await ben.isSaved();
    await keys.choose("家");
    await says(ana, "All new 家");
    await says(ben, "All new 家");
  });
});
