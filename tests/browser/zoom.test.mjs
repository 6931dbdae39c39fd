// Zoom and density: larger, smaller, closer, and nothing cut off.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("zoom and density", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const percent = (map) => map.page.getByTestId("zoom").innerText();
  const width = (place) => place.evaluate((it) => it.getBoundingClientRect().width);

  /** What is cut off of cards' texts: their first words, to know them by. */
  const cut = (map) =>
    map.page.evaluate(() =>
      [...document.querySelectorAll(".card-text, .metric-name, .step-names, .lane-names")]
        .filter((text) => {
          const box = text.parentElement.getBoundingClientRect();
          const own = text.getBoundingClientRect();
          return (
            text.scrollWidth > text.clientWidth + 1 ||
            text.scrollHeight > text.clientHeight + 1 ||
            own.bottom > box.bottom + 1 ||
            own.right > box.right + 1
          );
        })
        .map((text) => text.innerText.slice(0, 40)),
    );

  test("keys zoom the map around the place one is at, and are remembered", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const card = map.grid.locator("[data-card]").first();
    const before = await width(card);
    await card.focus();
    const place = await card.boundingBox();
    await map.keyboard.press("Control+=");
    await map.keyboard.press("Control+=");
    assert.equal(await percent(map), "125 %");
    assert.ok(Math.abs((await width(card)) / before - 1.25) < 0.02, "cards are a quarter wider");
    const after = await card.boundingBox();
    assert.ok(Math.abs(after.y - place.y) < 40, "the card stays where one looks");
    await map.isSaved();
    await map.page.reload();
    await map.isOpen();
    assert.equal(await percent(map), "125 %");
    await card.focus();
    await map.keyboard.press("Control+0");
    assert.equal(await percent(map), "100 %");
    for (let times = 0; times < 7; times += 1) await map.keyboard.press("Control+-");
    assert.equal(await percent(map), "50 %");
    assert.ok(await map.page.getByTestId("zoom-out").isDisabled());
  });

  test("outside of the map, and at its ends, the keys are the browser's", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    await map.page.evaluate(() => {
      globalThis.prevented = [];
      addEventListener("keydown", (event) => globalThis.prevented.push(event.defaultPrevented));
    });
    const wasOurs = async (key) => {
      await map.keyboard.press(key);
      return map.page.evaluate(() => globalThis.prevented.at(-1));
    };
    await map.page.getByRole("link", { name: "All journeys" }).focus();
    assert.equal(await wasOurs("Control+="), false);
    assert.equal(await percent(map), "100 %");
    await map.grid.locator("[data-card]").first().focus();
    assert.equal(await wasOurs("Control+="), true);
    for (let times = 0; times < 6; times += 1) await map.keyboard.press("Control+=");
    assert.equal(await percent(map), "200 %");
    assert.equal(await wasOurs("Control+="), false);
  });

  test("the whole map fits, and a drag still lands where it is dropped", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    await map.page.getByTestId("zoom-fit").click();
    const room = await map.page.evaluate(() => {
      const board = document.querySelector(".board");
      return board.scrollWidth - board.clientWidth;
    });
    assert.ok(room <= 1, "there is nothing to scroll to the side");
    const [id] = await map.cardsOf("actions");
    const [, step] = (await map.cellOf(id)).split("/");
    await map.drag(id, map.cell("thoughts", step));
    await map.cell("thoughts", step).locator(`[data-card="${id}"]`).waitFor();
  });

  test("headers stick and hide nothing that has focus, at any zoom", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const cards = map.grid.locator("[data-card]");
    for (const key of ["Control+=", "Control+-"]) {
      await cards.first().focus();
      await map.keyboard.press("Control+0");
      for (let times = 0; times < 4; times += 1) await map.keyboard.press(key);
      await map.keyboard.press("Escape");
      await map.keyboard.press("Control+End");
      await map.keyboard.press("Control+Home");
      const seen = await map.page.evaluate(() => {
        const box = (selector) => document.querySelector(selector).getBoundingClientRect();
        const at = document.activeElement.getBoundingClientRect();
        return {
          below: at.top >= box(".head").bottom - 1,
          beside: at.left >= box(".lane-head").right - 1,
          stuck: Math.abs(box(".head").top - box(".board").top) < 40,
        };
      });
      assert.deepEqual(seen, { below: true, beside: true, stuck: true }, key);
    }
  });

  test("compact is closer, its targets are large enough, and a card one is on shows all", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const height = () =>
      map.page.evaluate(() => document.querySelector(".table").getBoundingClientRect().height);
    const before = await height();
    await map.page.getByTestId("compact").click();
    assert.ok((await height()) < before * 0.9);
    const small = await map.page.evaluate(() =>
      [...document.querySelectorAll(".board .card, .board button, .look button")]
        .map((target) => [target.className, target.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.width < 23.5 || box.height < 23.5))
        .map(([name, box]) => `${name} ${box.width}×${box.height}`),
    );
    assert.deepEqual(small, []);
    const [id] = await map.cardsOf("actions");
    await map.edit(id);
    await map.type(" and so on and on, with many more words than two lines can hold");
    await map.keyboard.press("Escape");
    await map.focusIs(`card:${id}`);
    const text = map.card(id).locator(".card-text");
    const isWhole = () => text.evaluate((it) => it.scrollHeight <= it.clientHeight + 1);
    assert.ok(await isWhole(), "all of it while one is on it");
    await map.keyboard.press("Escape");
    assert.ok(!(await isWhole()), "two lines of it otherwise");
  });

  test("nothing is cut off at 200 % text and with the spacing of WCAG", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    assert.deepEqual(await cut(map), []);
    await map.page.evaluate(() => {
      const spacing = new CSSStyleSheet();
      spacing.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
      document.adoptedStyleSheets = [spacing];
    });
    assert.deepEqual(await cut(map), [], "with more space between letters, words and lines");
    await map.page.reload();
    await map.isOpen();
    await map.page.evaluate(() => {
      for (const text of document.querySelectorAll(".map-grid *")) {
        const size = Number.parseFloat(getComputedStyle(text).fontSize);
        text.dataset.doubled = String(size * 2);
      }
      for (const text of document.querySelectorAll("[data-doubled]")) {
        text.style.fontSize = `${text.dataset.doubled}px`;
        text.style.lineHeight = "1.4";
      }
    });
    assert.deepEqual(await cut(map), [], "with letters twice as large");
  });
});
