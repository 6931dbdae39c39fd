// The map in one hand: 390 × 844.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser, person } from "./support/people.mjs";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe("on a phone", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** Nothing may be wider than the screen. */
  const fits = async (page) => {
    const { width, screen } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      screen: innerWidth,
    }));
    assert.ok(width <= screen, `${width} px of content on ${screen} px`);
  };

  test("a card is added and a feeling set with the thumb, and the others see both", async (t) => {
    const server = await startServer(t);
    const ben = await openMap(t, browser, server, "Ben");
    const ana = await openMap(t, browser, server, "Ana", phone);
    await ana.page.getByTestId("phone").waitFor();
    await fits(ana.page);
    const step = await ana.page.locator(".phone-step").getAttribute("data-step");

    await ana.page.getByTestId("add-here").tap();
    await ana.popup.getByRole("menuitem").first().tap();
    await ana.editor.waitFor();
    await ana.type("Written on the way");
    await ana.keyboard.press("Escape");
    const theirs = ben.grid.locator(`[data-cell$="/${step}"]`).getByText("Written on the way");
    await theirs.waitFor();

    await ana.page.locator('.phone-lane [data-level="-2"]').tap();
    await ben.page.waitForFunction(
      (id) => document.querySelector(`[data-point="${id}"]`)?.dataset.value === "-2",
      step,
    );
    await ana.isSaved();
    await fits(ana.page);

    // The bar at the thumb takes both back, and shows who else is here.
    const undo = ana.page.locator(".thumb-bar").getByRole("button", { name: "Undo" });
    await undo.tap();
    await undo.tap();
    await theirs.waitFor({ state: "detached" });
    await ana.page.locator(".thumb-bar").getByRole("button", { name: /People/ }).tap();
    await ana.page.getByTestId("who-is-where").getByText("Ben").waitFor();
    await fits(ana.page);
  });

  test("steps are turned like pages", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana", phone);
    const shown = () => ana.page.locator(".phone-step").getAttribute("data-step");
    const first = await shown();
    await ana.page.getByTestId("next").tap();
    await ana.page.waitForFunction(
      (step) => document.querySelector(".phone-step").dataset.step !== step,
      first,
    );
    await ana.page.getByTestId("previous").tap();
    await ana.page.waitForFunction(
      (step) => document.querySelector(".phone-step").dataset.step === step,
      first,
    );
  });

  test("the outline and the story have the bar for the thumb too", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana", phone);
    const bar = ana.page.locator(".thumb-bar");
    await ana.page.getByTestId("next").tap();
    await bar.getByRole("button", { name: "Outline" }).tap();
    await ana.page.getByTestId("outline").waitFor();
    await fits(ana.page);
    const [id] = await ana.cardsOf("actions");
    await ana.card(id).focus();
    const cell = await ana.cellOf(id);
    await ana.page.getByTestId("add-here").tap();
    await ana.popup.getByRole("menuitem").first().tap();
    await ana.editor.waitFor();
    await ana.type("Written in the outline", { delay: 1 });
    await ana.keyboard.press("Escape");
    const step = cell.split("/")[1];
    await ana.grid.locator(`[data-cell$="/${step}"]`).getByText("Written in the outline").waitFor();
    await bar.getByRole("button", { name: "Undo" }).tap();
    await ana.grid.getByText("Written in the outline").waitFor({ state: "detached" });
    await ana.page.goto(`/map/${ana.key}?view=story`);
    await ana.page.getByTestId("story").waitFor();
    await fits(ana.page);
    const { y, height } = await bar.boundingBox();
    assert.ok(y + height <= 844 && y > 700, "the bar is at the bottom");
    await bar.getByRole("button", { name: "Search" }).tap();
    await ana.page.waitForFunction(() => document.activeElement?.id === "find-field");
  });

  test("the home page fits, and opens a map", async (t) => {
    const server = await startServer(t);
    const page = await person(t, browser, server, "Ana", phone);
    await page.goto("/");
    const link = page.getByRole("link", { name: "I find one home for my team's know-how" });
    await link.waitFor();
    await fits(page);
    await link.tap();
    await page.getByTestId("phone").waitFor();
  });
});
