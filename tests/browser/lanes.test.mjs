// How lanes are shown: collapsed, hidden, coloured, under a line. Everybody sees the same.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("how lanes are shown", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());


  test("a collapsed lane counts what is in it and opens again with the same key", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const cards = await map.cardsOf("actions");
    const tall = (await map.lane("actions").boundingBox()).height;
    await map.goTo("lane:actions");
    await map.keyboard.press("e");
    await ben.lane("actions").locator(".cell-count").first().waitFor();
    await map.lane("actions").locator(".cell-count").first().waitFor();
    assert.deepEqual(await map.cardsOf("actions"), []);
    assert.ok((await map.lane("actions").boundingBox()).height < tall, "it takes less room");
    await map.focusIs("lane:actions");
    assert.equal(await map.lane("actions").getByRole("button", { name: /^Open lane/ }).getAttribute("aria-expanded"), "false");

    await map.lane("actions").getByRole("button", { name: /^Open lane/ }).click();
    await ben.card(cards[0]).waitFor();
    assert.deepEqual(await map.cardsOf("actions"), cards);
  });

  test("hidden lanes leave the grid and come back from the line under it", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const names = await map.names(map.lanes());
    await map.choose(map.lane("quotes"), "Hide");
    await map.goTo("lane:thoughts");
    await map.keyboard.press("h");
    await ben.page.getByText("2 hidden lanes").waitFor();
    assert.equal(await ben.lane("quotes").count(), 0);

    await ben.page.getByTestId("hidden-lanes").click();
    await ben.popup.getByRole("menuitem", { name: "Show all" }).click();
    await map.lane("quotes").waitFor();
    await ben.lane("thoughts").waitFor();
    assert.deepEqual(await ben.names(ben.lanes()), names);
    assert.equal(await map.page.getByTestId("hidden-lanes").count(), 0);
  });

  test("a lane can be pinned, coloured and put under a line, by its menu", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    await map.choose(map.lane("actions"), "Colour…");
    await map.popup.getByRole("radio", { name: "Plum" }).click();
    await map.lane("actions").locator(".lane-head.colour-plum").waitFor();

    await map.choose(map.lane("thoughts"), "Line above…");
    await map.popup.getByRole("menuitemcheckbox", { name: "Line of visibility" }).click();
    await map.lane("thoughts").getByText("Line of visibility").waitFor();
    await map.goTo("lane:thoughts");
    await map.keyboard.press("Alt+Shift+ArrowUp");

    await map.goTo("lane:actions");
    await map.keyboard.press("p");
    await map.lane("actions").locator(".lane-pin").waitFor();
    const board = map.page.locator(".board");
    await board.evaluate((board) => board.scrollTo(0, board.scrollHeight));
    await map.page.waitForFunction(() => {
      const head = document.querySelector(".head").getBoundingClientRect();
      const row = document.querySelector("[data-lane=actions]").getBoundingClientRect();
      return Math.abs(row.top - head.bottom) < 2;
    });
    await map.isSaved();
  });
});
