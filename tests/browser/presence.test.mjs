// Who is here, and where.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("presence", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("names and colours appear where people are, and go when they go", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana Brandt");
    const ben = await openMap(t, browser, server, "Ben Ito");
    const avatar = ana.page.getByRole("button", { name: /^Ben Ito/ });
    await avatar.waitFor();
    await ben.page.getByRole("button", { name: /^Ana Brandt/ }).waitFor();

    const [first, second] = await ben.cardsOf("actions");
    await ben.card(first).click();
    const tag = ana.card(first).locator("[data-person]");
    await tag.filter({ hasText: "Ben Ito" }).waitFor();
    const colour = await ana.card(first).evaluate((card) => card.style.getPropertyValue("--who"));
    assert.notEqual(colour, "");

    await ben.edit(second);
    await ana.card(second).locator("[data-person]").filter({ hasText: "types" }).waitFor();
    assert.equal(await tag.count(), 0, "he is in one place only");

    await avatar.click();
    await ana.page.waitForFunction(
      (id) => document.activeElement?.closest(`[data-card="${id}"], [data-cell]`) !== null,
      second,
    );

    // Another click follows him: what he goes to is shown, and her focus stays her own.
    await ben.keyboard.press("Escape");
    await avatar.click();
    const bar = ana.page.getByTestId("following");
    await bar.getByText("Following Ben Ito").waitFor();
    const far = (await ben.cardsOf("actions")).at(-1);
    await ben.card(far).click();
    await ana.page.waitForFunction((id) => {
      const box = document.querySelector(`[data-card="${id}"]`)?.getBoundingClientRect();
      return box && box.right <= innerWidth && box.bottom <= innerHeight;
    }, far);
    assert.ok(await avatar.evaluate((button) => button === document.activeElement));
    const place = await bar.locator(".follow-place").innerText();
    assert.match(place, /.+ × .+/);

    // In the outline she follows to the same card; what she does herself lets it rest.
    await ana.see("Outline");
    const theirs = ana.grid.locator("[data-testid=item].occupied");
    await theirs.filter({ hasText: "Ben Ito" }).waitFor();
    await ana.keyboard.press("Tab");
    await ana.grid.getByTestId("step").first().click();
    await bar.getByText("Not following Ben Ito for now").waitFor();
    await bar.getByTestId("follow-again").click();
    await bar.getByText("Following Ben Ito").waitFor();
    await ana.keyboard.press("Escape");
    await bar.waitFor({ state: "detached" });

    // The same in words, by keys alone.
    await ana.keyboard.press("Control+k");
    await ana.type("who is where");
    await ana.keyboard.press("Enter");
    const list = ana.page.getByTestId("who-is-where");
    await list.getByText(place).waitFor();
    assert.match(await list.locator(".who-words").innerText(), /Ben Ito/);
    await ana.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });

    await ben.page.close();
    await avatar.waitFor({ state: "detached" });
    await ana.card(second).locator("[data-person]").waitFor({ state: "detached" });
  });

  test("a new name is seen by the others at once", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await ben.page.getByRole("button", { name: "You: Ben" }).click();
    await ben.page.getByLabel("Your name").fill("Benedict");
    await ben.page.getByRole("button", { name: "Save", exact: true }).click();
    await ana.page.getByRole("button", { name: /^Benedict/ }).waitFor();
  });
});
