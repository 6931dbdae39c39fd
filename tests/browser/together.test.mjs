// Two people on one map at the same moment.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("two people", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("type into the same card at once, and both letters stay", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [id] = await ana.cardsOf("actions");
    const before = await ana.text(id);

    await Promise.all([ana.edit(id), ben.edit(id)]);
    await ben.keyboard.press("Control+Home");
    const [fromAna, fromBen] = [" and Ana goes on 🌲 at the end", "Ben begins before it, "];
    await Promise.all([ana.type(fromAna), ben.type(fromBen)]);

    const expected = `${fromBen}${before}${fromAna}`;
    await Promise.all([ana.sees(id, expected), ben.sees(id, expected)]);
    assert.equal(await ana.text(id), expected);
    assert.equal(await ben.text(id), expected);

    await Promise.all([ana.isSaved(), ben.isSaved()]);
    await Promise.all([ana.page.reload(), ben.page.reload()]);
    await Promise.all([ana.isOpen(), ben.isOpen()]);
    assert.equal(await ana.text(id), expected, "a reload shows the same");
    assert.deepEqual(await ana.everything(), await ben.everything());
  });

  test("drag and type: a card moves while its text is being written", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [first, , third] = await ana.cardsOf("actions");
    const before = await ana.text(first);
    const origin = await ana.cellOf(first);
    const target = await ana.cellOf(third);

    await ana.edit(first);
    const words = " keeps every letter while it travels from step to step";
    const [lane, step] = target.split("/");
    await Promise.all([ana.type(words, { delay: 30 }), ben.drag(first, ben.cell(lane, step))]);

    for (const person of [ana, ben]) {
      await person.sees(first, `${before}${words}`);
      await person.page.waitForFunction(
        ([id, cell]) =>
          document.querySelector(`[data-card="${id}"]`).closest("[data-cell]").dataset.cell === cell,
        [first, target],
      );
    }
    assert.notEqual(origin, target);
    await Promise.all([ana.isSaved(), ben.isSaved()]);
    await ben.page.reload();
    await ben.isOpen();
    assert.equal(await ben.cellOf(first), target);
    assert.equal(await ben.text(first), `${before}${words}`);
    await ana.keyboard.press("Escape");
    assert.deepEqual(await ana.everything(), await ben.everything());
  });

  test("see each other's keystrokes soon (measured, printed)", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [id] = await ana.cardsOf("actions");
    await ana.edit(id);
    await ben.page.evaluate((card) => {
      globalThis.shown = [];
      const note = () =>
        requestAnimationFrame(() => shown.push(performance.timeOrigin + performance.now()));
      new MutationObserver(note).observe(document.querySelector(`[data-card="${card}"]`), {
        characterData: true,
        childList: true,
        subtree: true,
      });
    }, id);
    await ana.page.evaluate(() => {
      globalThis.pressed = [];
      addEventListener("keydown", (event) => pressed.push(performance.timeOrigin + event.timeStamp), true);
    });

    const letters = [..." the quick brown fox jumps over the lazy dog"];
    const waits = [];
    let text = await ana.text(id);
    for (const letter of letters) {
      await ben.page.evaluate(() => shown.splice(0));
      await ana.page.evaluate(() => pressed.splice(0));
      await ana.keyboard.press(letter === " " ? "Space" : letter);
      text += letter;
      await ben.page.waitForFunction(
        ([card, wanted]) => textOfCard(card) === wanted && shown.length > 0,
        [id, text],
      );
      const seen = await ben.page.evaluate(() => shown.at(0));
      waits.push(seen - (await ana.page.evaluate(() => pressed.at(0))));
    }
    waits.sort((a, b) => a - b);
    const at = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))].toFixed(1);
    t.diagnostic(
      `keystroke to the other's screen: median ${at(0.5)} ms, p95 ${at(0.95)} ms, ${waits.length} keystrokes`,
    );
    assert.ok(waits.length >= 30);
  });

  test("undo only what they did themselves", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [hers, his] = await ana.cardsOf("actions");
    const [herText, hisText] = [await ana.text(hers), await ana.text(his)];
    await ana.edit(hers);
    await ana.type(" by ana");
    await ana.keyboard.press("Escape");
    await ben.sees(hers, "by ana");
    await ben.edit(his);
    await ben.type(" by ben");
    await ben.keyboard.press("Escape");
    await ana.sees(his, "by ben");

    await ana.keyboard.press("Control+z");
    await ben.page.waitForFunction(
      ([card, text]) => textOfCard(card) === text,
      [hers, herText],
    );
    assert.equal(await ana.text(his), `${hisText} by ben`, "ben's words are not ana's to undo");
    await ana.keyboard.press("Control+Shift+z");
    await ben.sees(hers, "by ana");
    assert.equal(await ben.text(his), `${hisText} by ben`);
  });
});
