// The home page: the list of maps, and the ways to begin one.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { MapPage } from "./support/map.mjs";
import { openBrowser, person } from "./support/people.mjs";

describe("the home page", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("lists the demo maps, finds one by its title and opens it", async (t) => {
    const server = await startServer(t);
    const page = await person(t, browser, server, "Ana");
    await page.goto("/");
    const rows = page.getByRole("row");
    await page.getByRole("link", { name: "I find one home for my team's know-how" }).waitFor();
    const all = await rows.count();
    assert.ok(all >= 3, "a head and two demo maps");
    await page.getByPlaceholder("Search journeys").fill("one home");
    await page.waitForFunction((count) => document.querySelectorAll("tr").length < count, all);
    await page.getByRole("link", { name: "I find one home" }).click();
    await new MapPage(page).isOpen();
    assert.equal(new MapPage(page).key, "map-saas-eval");
    await page.goBack();
    await page.getByRole("heading", { name: "Journeys" }).waitFor();
  });

  test("begins a blank map whose stages come from one pasted line", async (t) => {
    const server = await startServer(t);
    const page = await person(t, browser, server, "Ana");
    await page.goto("/");
    await page.getByRole("button", { name: "Blank map" }).click();
    const map = new MapPage(page);
    await map.isOpen();
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Title of the map");
    await map.type("Buying a bicycle");
    await page.getByTestId("name-stages").fill("Discover, Compare, Buy, Ride");
    await page.keyboard.press("Enter");
    await map.stages().nth(3).waitFor();
    assert.deepEqual(await map.names(map.stages()), ["Discover", "Compare", "Buy", "Ride"]);
    await map.editor.press("Escape");
    await map.isSaved();
    await page.getByRole("link", { name: "Journeys", exact: true }).click();
    await page.getByRole("link", { name: "Buying a bicycle" }).waitFor();
  });

  test("begins a map from a demo, without changing the demo", async (t) => {
    const server = await startServer(t);
    const page = await person(t, browser, server, "Ana");
    await page.goto("/");
    const rows = page.locator("tbody tr");
    await rows.first().waitFor();
    const before = await rows.count();
    await page.getByRole("button", { name: /Example/ }).first().click();
    const map = new MapPage(page);
    await map.isOpen();
    assert.ok((await map.everything()).length > 20);
    await page.goto("/");
    await page.waitForFunction(
      (count) => document.querySelectorAll("tbody tr").length === count,
      before + 1,
    );
  });

  test("says where a broken file is broken, and takes a good one", async (t) => {
    const server = await startServer(t);
    const page = await person(t, browser, server, "Ana");
    await page.goto("/");
    const file = page.locator("input[type=file]");
    const broken = "format: journey-map/1\nmap:\n  id: m\n  title: [unclosed\nlanes: []\n";
    await file.setInputFiles({ name: "broken.yaml", mimeType: "application/yaml", buffer: Buffer.from(broken) });
    const alert = page.getByRole("alert").filter({ hasText: "broken.yaml" });
    await alert.waitFor();
    assert.match(await alert.innerText(), /line \d+/);

    const exported = await fetch(`${server.http}/api/maps/map-saas-eval/export?format=yaml`);
    assert.equal(exported.status, 200);
    await file.setInputFiles({
      name: "good.yaml",
      mimeType: "application/yaml",
      buffer: Buffer.from(await exported.text()),
    });
    const map = new MapPage(page);
    await map.isOpen();
    assert.notEqual(map.key, "map-saas-eval", "an import never changes a map");
    assert.ok((await map.everything()).length > 20);
  });

  test("an address without a map says so and leads back", async (t) => {
    const server = await startServer(t);
    const page = await person(t, browser, server, "Ana");
    await page.goto("/map/nobody-made-this");
    await page.getByRole("heading", { name: "This map cannot be opened" }).waitFor();
    await page.getByRole("link", { name: "All journeys" }).click();
    await page.getByRole("heading", { name: "Journeys" }).waitFor();
  });

  test("asks for a name on the first visit to a map, and keeps it", async (t) => {
    const server = await startServer(t);
    const page = await person(t, browser, server);
    await page.goto("/map/map-saas-eval");
    const welcome = page.getByRole("dialog", { name: /What should others call you/ });
    await welcome.getByLabel("Your name").fill("Mei Kato");
    await welcome.getByRole("button", { name: "Go on" }).click();
    await welcome.waitFor({ state: "detached" });
    await page.reload();
    await new MapPage(page).isOpen();
    await page.getByRole("button", { name: "You: Mei Kato" }).waitFor();
    assert.equal(await welcome.count(), 0);
  });
});
