// Stages: split, merged, made from pasted names, with a goal; steps connected; wide cards.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("stages and steps", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const untilStages = (map, count) =>
    map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-testid=stage]").length === count,
      count,
    );

  test("a stage is split at a step and merged again, and every card stays", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const stages = await map.stages().count();
    const [steps, all] = [await map.names(map.steps()), await map.everything()];
    await map.choose(map.page.locator("[data-step=a06]"), "Start a new stage here");
    await map.editor.fill("Second thoughts");
    await map.keyboard.press("Enter");
    await untilStages(map, stages + 1);
    assert.deepEqual(await map.names(map.steps()), steps);
    assert.deepEqual(await map.everything(), all);

    await map.choose(map.stages().filter({ hasText: "Second thoughts" }), "Merge with the stage before");
    await untilStages(map, stages);
    await map.page.getByText("Merged stage “Second thoughts”").waitFor();
    assert.deepEqual(await map.everything(), all);
    await map.keyboard.press("Control+z");
    await untilStages(map, stages + 1);
    assert.deepEqual(await map.names(map.steps()), steps);
  });

  test("pasted names are shown first and become steps with Enter, in one undo step", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const names = await map.names(map.steps());
    await map.goTo("step:a01");
    await map.paste("Asks around\tReads a review\nMakes a list");
    const made = ["Asks around", "Reads a review", "Makes a list"];
    assert.deepEqual(await map.page.locator(".names-preview li").allInnerTexts(), made);
    await map.keyboard.press("Escape");
    await map.focusIs("step:a01");
    assert.deepEqual(await map.names(map.steps()), names);

    await map.paste("Asks around\tReads a review\nMakes a list");
    await map.popup.getByRole("button", { name: "Make 3 steps" }).waitFor();
    await map.keyboard.press("Enter");
    const wanted = [names[0], ...made, ...names.slice(1)];
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-testid=step]").length === count,
      wanted.length,
    );
    assert.deepEqual(await map.names(map.steps()), wanted);
    await map.keyboard.press("Control+z");
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-testid=step]").length === count,
      names.length,
    );
  });

  test("the goal of a stage stands under its name and can be changed", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await map.stages().first().getByText("Two candidates by Friday").click();
    await map.popup.getByLabel("Goal of the stage").fill("Three candidates by Monday");
    await map.keyboard.press("Enter");
    await ben.stages().first().getByText("Three candidates by Monday").waitFor();
    await map.focusIs("stage:s1");
  });
});
