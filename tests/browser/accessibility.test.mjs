// What a machine can find out about accessibility, in both themes.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser, person } from "./support/people.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * A cell's name says where it is; its cards have names of their own. axe takes a cell for a
 * control with a label of its own and misses the cards' words in its name.
 */
const isCellOfCards = (rule, node) =>
  rule === "label-content-name-mismatch" && node.html.includes('role="gridcell"');

/** An avatar shows initials, and its name has them in brackets: "Ana (AN)". axe reads past brackets. */
const isNamedWithInitials = (rule, node) =>
  rule === "label-content-name-mismatch" &&
  /aria-label="[^"]*\((\p{L}+)\)[^"]*"[^]*>\1</u.test(node.html);

/** The serious findings of a page, or of what a selector finds in it, one line each. */
async function findings(page, within) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    ([tags, part]) => globalThis.axe.run(part ?? document, { runOnly: tags }),
    [TAGS, within],
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes
        .filter((node) => !isCellOfCards(id, node) && !isNamedWithInitials(id, node))
        .map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.html.slice(0, 200)}`),
    );
}

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

  test("on a map with its drawer open, in forced colours", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana", { forcedColors: "active" });
    assert.deepEqual(await findingsInAll(ana), []);
    await openDetails(ana);
    assert.deepEqual(await findings(ana.page), []);
  });
});
