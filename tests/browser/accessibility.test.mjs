// What a machine can find out about accessibility, in both themes.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { administrator, makeLink, openShare } from "./support/accounts.mjs";
import { findings } from "./support/axe.mjs";
import { MapPage, openMap } from "./support/map.mjs";
import { moment } from "./support/moments.mjs";
import { openBrowser, person } from "./support/people.mjs";

const DRAWER = "[data-testid=drawer]";

/** Opens the details of a card, with words in them. */
async function openDetails(map) {
  const [id] = await map.cardsOf("actions");
  await map.openDetails(id);
  await map.details.click();
  await map.keyboard.press("Control+b");
  await map.type("Asked twice", { delay: 0 });
}

/** What opens over or beside the map: how, and where it is. */
const OPENED = [
  ["Control+f", "[data-testid=find]", "find-hit"],
  ["Control+Shift+f", "[data-testid=filters]"],
  ["Shift+l", "[data-testid=popup]", "connections"],
  ["Control+k", "[data-testid=popup]"],
];

/** Opens one after the other at a step, and looks into it; few lanes behind it are enough. */
async function findingsInAll(map) {
  const all = [];
  await map.page.goto(`/map/${map.key}?lanes=actions,pain_points&rest=hidden`);
  await map.isOpen();
  for (const [keys, within, also] of OPENED) {
    await map.steps().nth(1).focus();
    await map.keyboard.press(keys);
    const part = map.page.locator(within);
    await part.waitFor();
    if (keys === "Control+f") await map.page.locator("#find-field").fill("price");
    if (also) await map.page.getByTestId(also).first().waitFor();
    all.push(...(await findings(map.page, within)));
    await map.keyboard.press("Escape");
    await part.waitFor({ state: "hidden" });
  }
  return all;
}

const LOOKS = [{ colorScheme: "light" }, { colorScheme: "dark" }, { forcedColors: "active" }];
const wordOf = ({ colorScheme }) => colorScheme ?? "forced colours";

describe("axe finds nothing serious", { timeout: 300_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  for (const colorScheme of ["light", "dark"]) {
    test(`on the home page, ${colorScheme}`, async (t) => {
      const server = await startServer(t);
      const page = await person(t, browser, server, "Ana", { colorScheme });
      await page.goto("/");
      await page.getByRole("link", { name: "I find one home for my team's know-how" }).waitFor();
      assert.deepEqual(await findings(page), []);
    });

    test(`on a map with somebody else on it, ${colorScheme}`, async (t) => {
      const server = await startServer(t);
      const ben = await openMap(t, browser, server, "Ben");
      const ana = await openMap(t, browser, server, "Ana", { colorScheme });
      const [id] = await ben.cardsOf("actions");
      await ben.card(id).click();
      await ana.card(id).locator("[data-person]").waitFor();
      assert.deepEqual(await findings(ana.page), []);
      assert.deepEqual(await findingsInAll(ana), []);
      await openDetails(ana);
      assert.deepEqual(await findings(ana.page, DRAWER), []);
    });

    test(`on a phone, ${colorScheme}`, async (t) => {
      const server = await startServer(t);
      const ana = await openMap(t, browser, server, "Ana", {
        colorScheme,
        viewport: { width: 390, height: 844 },
      });
      assert.deepEqual(await findings(ana.page), []);
      await openDetails(ana);
      assert.deepEqual(await findings(ana.page, DRAWER), []);
      // Its outline, with details to read and a card that goes on at the next step.
      await ana.keyboard.press("Escape");
      await ana.keyboard.press(">");
      await ana.isSaved();
      await ana.page.goto(`/map/${ana.key}?view=outline&lanes=actions&rest=hidden`);
      await ana.page.getByTestId("excerpt").waitFor();
      await ana.grid.locator("[data-continues]").waitFor();
      assert.deepEqual(await findings(ana.page), []);
    });
  }

  for (const look of LOOKS) {
    test(`on the pages of people and in the panel that shares, ${wordOf(look)}`, async (t) => {
      const server = await startServer(t, { accounts: true });
      const ada = await administrator(t, browser, server);
      await ada.emulateMedia(look);
      for (const [path, heading] of [["/people", "People"], ["/account", "Your account"]]) {
        await ada.goto(path);
        await ada.getByRole("heading", { name: heading, exact: true }).waitFor();
        await ada.locator(".share-row").first().waitFor();
        assert.deepEqual(await findings(ada), [], path);
      }
      await ada.goto("/map/map-saas-eval");
      await ada.locator(".map-page").waitFor();
      const link = await makeLink(await openShare(ada));
      assert.deepEqual(await findings(ada, "#share"), []);
      const gus = await person(t, browser, server, null, look);
      await gus.goto(link);
      await gus.getByLabel("What should others call you?").waitFor();
      assert.deepEqual(await findings(gus), []);
    });

    test(`on what is said about a map, ${wordOf(look)}`, async (t) => {
      const server = await startServer(t);
      const ben = await openMap(t, browser, server, "Ben");
      const ana = await person(t, browser, server, "Ana", look);
      // What was refused some time ago, and is kept until she dismisses it.
      await ana.addInitScript(() => {
        const lines = [{ what: "Text of a card", text: "call them first" }];
        const refusal = { at: 1_790_000_000_000, reason: "Your role was changed.", lines };
        localStorage.setItem("waymark.refused.map-saas-eval", JSON.stringify([refusal]));
      });
      await ana.goto("/map/map-saas-eval");
      const map = new MapPage(ana);
      await map.isOpen();
      await ana.getByTestId("refused").waitFor();
      const talk = ana.getByTestId("talk");
      await map.goTo("step:a02");
      await ana.keyboard.press("c");
      await talk.getByRole("textbox").fill("Is this **one** step, @Ben?");
      await ana.keyboard.press("Control+Enter");
      await talk.getByTestId("talk-message").waitFor();
      await ben.goTo("step:a02");
      await ben.keyboard.press("c");
      await ben.page.getByTestId("talk").getByTestId("talk-row").click();
      await ben.page.getByTestId("talk").getByRole("textbox", { name: "Reply" }).fill("Two.");
      await ben.keyboard.press("Control+Enter");
      await talk.getByTestId("talk-message").filter({ hasText: "Two." }).waitFor();
      await moment(ana, `comments-${wordOf(look).replace(" ", "-")}`);
      assert.deepEqual(await findings(ana), [], "a thread");
      await talk.getByRole("button", { name: "All comments" }).click();
      await talk.getByTestId("talk-row").waitFor();
      assert.deepEqual(await findings(ana, "[data-testid=talk]"), [], "the list");
      await talk.getByRole("button", { name: "Reviews" }).click();
      await talk.getByRole("button", { name: "Ask for a review" }).click();
      assert.deepEqual(await findings(ana, "[data-testid=talk]"), [], "reviews");
      await ana.getByRole("button", { name: "Inbox, 1 new" }).click();
      await ana.getByTestId("inbox-row").waitFor();
      assert.deepEqual(await findings(ana, "#inbox"), [], "the inbox");
    });
  }

  test("on a map with its drawer open, in forced colours", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana", { forcedColors: "active" });
    assert.deepEqual(await findingsInAll(ana), []);
    await openDetails(ana);
    assert.deepEqual(await findings(ana.page), []);
  });
});
