// A whole map made without a mouse: once in the grid, once in the outline.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { CARDS, CURVE, LANES, STAGES, STEPS, canonical } from "./support/journey.mjs";
import { MapPage } from "./support/map.mjs";
import { openBrowser, person } from "./support/people.mjs";

describe("a map of four stages made by keyboard alone", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** Presses Tab until the focus fits. */
  async function tabTo(page, fits, argument) {
    for (let stops = 0; stops < 80; stops += 1) {
      if (await page.evaluate(fits, argument)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail("Tab never came there");
  }

  /** Presses a key until the focus is on a thing of this kind. */
  async function pressUntil(map, key, wanted, most = 40) {
    for (let presses = 0; presses < most; presses += 1) {
      if (wanted.test(await map.focus())) return;
      await map.keyboard.press(key);
    }
    assert.match(await map.focus(), wanted);
  }

  const isButton = (name) =>
    document.activeElement?.matches("a, button") && document.activeElement.innerText.includes(name);

  /** From the list of journeys to a blank map with its title and stages. */
  async function begin(test, server) {
    const page = await person(test, browser, server, "Ana");
    const map = new MapPage(page);
    await page.goto("/");
    await page.getByRole("button", { name: "Blank map" }).waitFor();
    await tabTo(page, isButton, "Blank map");
    await map.keyboard.press("Enter");
    await map.isOpen();
    await page.waitForFunction(
      () => document.activeElement?.getAttribute("aria-label") === "Title of the map",
    );
    await map.type("Buying a bicycle", { delay: 0 });
    return map;
  }

  /** Names all stages in one line; the name of the first step is asked for then. */
  async function nameStages(map) {
    await tabTo(map.page, () => document.activeElement?.id === "name-stages");
    await map.type(STAGES.map(({ title }) => title).join(", "), { delay: 0 });
    await map.keyboard.press("Enter");
    await map.editor.waitFor();
  }

  /** Names the steps of each stage; the focus is in the name of the first. */
  async function nameSteps(map, toNextStage) {
    for (const [index, { steps }] of STAGES.entries()) {
      if (index > 0) await toNextStage();
      for (const [nth, { title }] of steps.entries()) {
        if (nth > 0) await map.keyboard.press("n");
        else if (index > 0) await map.keyboard.press("Enter");
        await map.editor.waitFor();
        await map.type(title, { delay: 0 });
        await map.keyboard.press("Enter");
        await map.editor.waitFor({ state: "detached" });
      }
    }
    assert.deepEqual(await map.names(map.steps()), STEPS.map(({ title }) => title));
  }

  /** Writes the cards of a cell that has the focus. The box of the last one stays open. */
  async function write(map, texts) {
    for (const [index, text] of texts.entries()) {
      if (index > 0) await map.keyboard.press("Enter");
      await map.type(text, { delay: 0 });
    }
  }

  async function inTheGrid(test, server) {
    const map = await begin(test, server);
    await nameStages(map);
    await nameSteps(map, () => map.keyboard.press("ArrowRight"));

    await map.keyboard.press("Control+End");
    await pressUntil(map, "ArrowLeft", /^lane:/);
    await map.keyboard.press("Delete");
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-testid=lane]").length === count,
      LANES.length,
    );
    for (const lane of LANES.keys()) {
      await map.keyboard.press("Control+Home");
      for (let down = 0; down < lane; down += 1) await map.keyboard.press("ArrowDown");
      for (const [index, { level, cells }] of STEPS.entries()) {
        if (lane === CURVE) {
          await map.keyboard.press(String(level));
        } else if (cells[lane]) {
          await write(map, cells[lane]);
          // Tab goes on to the next cell as in a spreadsheet.
          await map.keyboard.press("Tab");
          continue;
        }
        if (index + 1 < STEPS.length) await map.keyboard.press("ArrowRight");
      }
    }
    await map.isSaved();
    return map;
  }

  async function inTheOutline(test, server) {
    const map = await begin(test, server);
    await tabTo(map.page, isButton, "Outline");
    await map.keyboard.press("Enter");
    await map.page.getByTestId("outline").waitFor();
    await nameStages(map);
    await nameSteps(map, async () => {
      await map.keyboard.press("Alt+ArrowRight");
      await map.keyboard.press("ArrowDown");
    });

    await map.keyboard.press("Control+Home");
    for (let down = 0; down < LANES.length; down += 1) await map.keyboard.press("ArrowDown");
    assert.match(await map.focus(), /^lane:/);
    await map.keyboard.press("Delete");
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-testid=lane]").length === count,
      LANES.length,
    );
    const lanes = await map.lanes().evaluateAll((all) => all.map((lane) => lane.dataset.lane));
    await map.keyboard.press("Control+Home");
    for (const { level, cells } of STEPS) {
      await map.keyboard.press("PageDown");
      await pressUntil(map, "ArrowDown", new RegExp(`^cell:${lanes[CURVE]}/`));
      await map.keyboard.press(String(level));
      for (const [lane, texts] of Object.entries(cells)) {
        // From the step's name down to the lane.
        await map.keyboard.press("Home");
        await pressUntil(map, "ArrowDown", new RegExp(`^cell:${lanes[lane]}/`));
        await write(map, texts);
        await map.keyboard.press("Escape");
      }
    }
    await map.isSaved();
    return map;
  }

  test("in the grid and in the outline it is the same map", async (t) => {
    assert.equal(CARDS, 40);
    assert.equal(STEPS.length, 9);
    const server = await startServer(t);
    const [grid, outline] = await Promise.all([inTheGrid(t, server), inTheOutline(t, server)]);
    const files = await Promise.all([grid, outline].map((map) => canonical(server, map.key)));
    assert.deepEqual(files[1], files[0]);
    const all = await grid.everything();
    assert.equal(all.length, CARDS);
    assert.deepEqual((await outline.everything()).length, CARDS);
    assert.deepEqual(await grid.names(grid.lanes()), LANES);
    const levels = await grid.page
      .getByTestId("point")
      .evaluateAll((points) => points.map((point) => Number(point.dataset.value) + 3));
    assert.deepEqual(levels, STEPS.map(({ level }) => level));
  });
});
