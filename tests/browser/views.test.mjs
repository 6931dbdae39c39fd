// The outline and the story: other views of the same map.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("views of a map", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("the outline has every card of the grid, and Back leads to the grid", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const grid = (await map.everything()).toSorted();
    await map.see("Outline");
    await map.page.getByTestId("outline").waitFor();
    assert.match(map.page.url(), /\?view=outline$/);
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-cell] [data-testid=item]").length === count,
      grid.length,
    );
    assert.deepEqual((await map.everything()).toSorted(), grid);
    await map.page.goBack();
    await map.page.getByTestId("outline").waitFor({ state: "detached" });
    await map.page.getByRole("grid").waitFor();
    await map.page.goForward();
    await map.page.getByTestId("outline").waitFor();
  });

  test("the curve is a table too, and its labels tell their rule until Escape", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const label = map.grid.locator('[data-flag="drop"]').first();
    const rule = label.getByText("at least 2 points lower");
    await label.hover();
    await rule.waitFor();
    await rule.hover();
    await map.keyboard.press("Escape");
    await rule.waitFor({ state: "hidden" });
    const points = map.grid.locator('[data-point][aria-description*="Sharp drop"]');
    await points.first().focus();
    await map.grid.locator(".flag-rule:visible").first().waitFor();
    await map.keyboard.press("Escape");
    await map.page.waitForFunction(() => !document.querySelector(".flag.told"));

    await map.keyboard.press("g");
    await map.keyboard.press("e");
    const table = map.popup.getByRole("table");
    await table.waitFor();
    const steps = await map.names(map.steps());
    assert.deepEqual(await table.getByRole("rowheader").allInnerTexts(), steps);
    await table.getByRole("row", { name: /Sharp drop/ }).first().waitFor();
    await map.keyboard.press("Escape");
    await table.waitFor({ state: "detached" });
  });

  test("in the outline, arrows walk in reading order and typing starts a card", async (t) => {
    const server = await startServer(t);
    const ben = await openMap(t, browser, server, "Ben");
    const map = await openMap(t, browser, server, "Ana", { map: "map-saas-eval?view=outline" });
    const stops = () =>
      map.page.evaluate(() => document.querySelectorAll('.map-grid [data-spot][tabindex="0"]').length);
    await map.page.locator(".outline-step-head").first().focus();
    assert.equal(await stops(), 1, "the outline is one Tab stop");
    const step = await map.focus();
    await map.keyboard.press("ArrowDown");
    const lane = await map.focus();
    assert.match(lane, /^cell:/);
    await map.keyboard.press("ArrowDown");
    const first = await map.focus();
    assert.match(first, /^card:/);
    await map.keyboard.press("ArrowLeft");
    assert.equal(await map.focus(), lane);
    await map.keyboard.press("ArrowLeft");
    assert.equal(await map.focus(), step);

    await map.keyboard.press("End");
    const offered = await map.focus();
    assert.match(offered, /^cell:/, "a lane without cards here is a place too");
    await map.type("From the outline");
    await map.keyboard.press("Enter");
    await map.type("And one more");
    await map.keyboard.press("Escape");
    const cell = offered.slice("cell:".length);
    await ben.grid.locator(`[data-cell="${cell}"]`).getByText("And one more").waitFor();
    await map.keyboard.press("Alt+Shift+ArrowUp");
    await ben.page.waitForFunction(
      (cell) =>
        [...document.querySelectorAll(`[data-cell="${cell}"] .card-text`)]
          .map((text) => text.innerText)
          .join() === "And one more,From the outline",
      cell,
    );
    await map.isSaved();
  });

  test("in the outline, a stage folds away and a feeling is chosen", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana", {
      map: "map-saas-eval?view=outline",
    });
    const steps = map.page.locator(".outline-step");
    const all = await steps.count();
    await map.page.locator(".outline-stage-head").first().focus();
    await map.keyboard.press("ArrowLeft");
    await map.page.waitForFunction((n) => document.querySelectorAll(".outline-step").length < n, all);
    await map.keyboard.press("ArrowRight");
    await map.page.waitForFunction((n) => document.querySelectorAll(".outline-step").length === n, all);

    const faces = map.page.getByRole("radiogroup").first();
    const step = await faces.getAttribute("data-point");
    const value = (wanted) =>
      map.page.waitForFunction(
        ([id, number]) => document.querySelector(`[data-point="${id}"]`)?.dataset.value === number,
        [step, wanted],
      );
    await faces.focus();
    await map.keyboard.press("1");
    await value("-2");
    await map.keyboard.press("ArrowRight");
    await value("-1");
    await faces.getByRole("radio").last().click();
    await value("2");
    await map.focusIs(`point:${step}`);
  });

  test("the outline tells what details say, and where a card of several steps goes on", async (t) => {
    const CARD = "a02-actions-1";
    const map = await openMap(t, browser, await startServer(t), "Ana");
    await map.card(CARD).focus();
    await map.keyboard.press(">");
    await map.openDetails(CARD);
    await map.details.click();
    await map.keyboard.press("Control+b");
    await map.type("Asked", { delay: 1 });
    await map.keyboard.press("Control+b");
    await map.type(" twice", { delay: 1 });
    for (const line of ["two", "three", "four", "five"]) {
      await map.keyboard.press("Enter");
      await map.keyboard.insertText(line);
    }
    await map.keyboard.press("Escape");
    const grid = (await map.everything()).toSorted();

    await map.see("Outline");
    const said = map.page.getByTestId("excerpt");
    await said.waitFor();
    assert.equal(await said.locator("strong").innerText(), "Asked");
    const height = async () => (await said.boundingBox()).height;
    const short = await height();
    await said.getByRole("button", { name: "All of it" }).click();
    assert.ok((await height()) > short, "long details can be opened");
    await map.page.waitForFunction(
      (count) => document.querySelectorAll("[data-cell] [data-testid=item]").length === count,
      grid.length,
    );
    assert.deepEqual((await map.everything()).toSorted(), grid, "no card is there twice");
    const continuing = map.grid.locator("[data-cell='actions/a03'] [data-continues]");
    assert.match(await continuing.innerText(), /continues from/);
    await continuing.click();
    await map.focusIs(`card:${CARD}`);

    await map.page.setViewportSize({ width: 390, height: 844 });
    await map.page.goto(`/map/${map.key}?step=a03`);
    await map.page.getByTestId("phone").waitFor();
    await continuing.click();
    await map.focusIs(`card:${CARD}`);
  });

  test("the story turns by keys and by button, and Escape leads to the grid at that step", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana");
    const titles = await map.names(map.steps());
    await map.see("Story");
    const told = map.page.locator(".story-head .head-text");
    await told.getByText(titles[0], { exact: true }).waitFor();
    await map.page.getByTestId("next").click();
    await told.getByText(titles[1], { exact: true }).waitFor();
    await map.keyboard.press("ArrowRight");
    await told.getByText(titles[2], { exact: true }).waitFor();
    await map.keyboard.press("ArrowLeft");
    await told.getByText(titles[1], { exact: true }).waitFor();
    await map.keyboard.press("Escape");
    await map.page.getByRole("grid").waitFor();
    await map.page.waitForFunction(
      (title) => document.activeElement?.querySelector(".head-text")?.innerText === title,
      titles[1],
    );
    assert.match(await map.focus(), /^step:/);
  });

  test("a copied link leads to its card in any view, without loading the page anew", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const id = (await map.cardsOf("actions")).at(-1);
    await map.card(id).focus();
    await map.choose(map.card(id), "Copy link");
    await map.page.getByText("Copied the link to this card").waitFor();
    const link = await map.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(link, `${server.http}/map/${map.key}?card=${id}`);

    for (const view of ["", "&view=outline", "&view=story"]) {
      await map.page.goto(link + view);
      await map.isOpen();
      await map.focusIs(`card:${id}`);
      assert.ok(await map.card(id).isVisible(), `seen with ${view}`);
    }
    await map.page.evaluate(() => (globalThis.stayed = true));
    await map.see("Grid");
    await map.page.getByRole("grid").waitFor();
    await map.page.goBack();
    await map.page.getByTestId("story").waitFor();
    await map.focusIs(`card:${id}`);
    assert.ok(await map.page.evaluate(() => globalThis.stayed), "the page was not loaded anew");

    await map.page.goto(`/map/${map.key}?card=long-gone`);
    await map.page.getByText("The card this link leads to is not on the map any more.").waitFor();
  });

  test("at 320 pixels the outline needs no sideways scrolling", async (t) => {
    const map = await openMap(t, browser, await startServer(t), "Ana", {
      map: "map-saas-eval?view=outline",
      viewport: { width: 320, height: 640 },
    });
    await map.page.getByTestId("outline").waitFor();
    const wide = await map.page.evaluate(() =>
      [...document.querySelectorAll(".outline, .outline *")]
        .filter((part) => !part.closest(".strip, .sr-only, svg"))
        .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
        .map((part) => part.className),
    );
    assert.deepEqual(wide, []);
  });
});
