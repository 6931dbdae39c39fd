// A map of several personas: whose curve is shown and edited is each viewer's own choice.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("personas", { timeout: 120_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  // The popover of the bar has one too, which is hidden most of the time.
  const whose = (map) => map.page.locator("[data-testid=whose]:visible");
  const chosen = (map, name) =>
    whose(map).first().locator('[aria-checked="true"]').getByText(name, { exact: true }).waitFor();
  const point = (map) => map.page.getByTestId("point").first();
  const value = (map) => point(map).getAttribute("data-value");

  test("the curve of whoever is chosen is edited, in every view, and others see their own", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const first = await value(map);
    assert.equal(await whose(map).count(), 0);
    await map.page.getByRole("button", { name: /^Persona: / }).click();
    await map.page.getByRole("button", { name: "Add another persona" }).click();
    await map.keyboard.press("Escape");
    await chosen(map, "New persona");
    assert.equal(await value(map), null);
    assert.equal(await map.grid.locator(".curve-other").count(), 1);
    await point(map).focus();
    await map.keyboard.press("5");
    await map.page.waitForFunction(
      () => document.querySelector("[data-testid=point]").dataset.value === "2",
    );
    assert.match(await point(map).getAttribute("aria-label"), /^How it feels to New persona: /);
    assert.match(
      await map.page.getByTestId("curve-summary").first().innerText(),
      /^How it feels to New persona\. /,
    );

    // P leads to the next, and a click to anybody.
    const others = whose(map).getByRole("radio", { checked: false });
    const nadia = await others.innerText().then((text) => text.split("\n").at(-1));
    await map.keyboard.press("p");
    await chosen(map, nadia);
    assert.equal(await value(map), first);
    assert.equal(new URL(map.page.url()).searchParams.get("persona"), null);
    await whose(map).getByRole("radio", { name: "New persona" }).click();
    await chosen(map, "New persona");
    await map.isSaved();

    // Ben's choice is his own, unless he follows a link.
    await chosen(ben, nadia);
    assert.equal(await value(ben), first);
    await ben.page.goto(map.page.url());
    await ben.isOpen();
    await chosen(ben, "New persona");
    assert.equal(await value(ben), "2");

    // The outline and its curve in words, the table, and a phone.
    await ben.page.locator(".views [data-view=Outline]").click();
    const faces = ben.page.getByRole("radiogroup", { name: /^How it feels to New persona: / });
    await faces.first().waitFor();
    await chosen(ben, "New persona");
    await whose(ben).getByRole("radio", { name: "New persona" }).focus();
    await ben.keyboard.press("ArrowLeft");
    await chosen(ben, nadia);
    await ben.page.waitForFunction(
      (wanted) => document.querySelector("[data-testid=point]").dataset.value === wanted,
      first,
    );
    await map.grid.locator("[data-spot^='step:']").first().focus();
    await map.keyboard.press("g");
    await map.keyboard.press("e");
    await map.popup.getByRole("heading", { name: "The curve of New persona as a table" }).waitFor();
    await map.keyboard.press("Escape");
    await map.page.setViewportSize({ width: 390, height: 844 });
    await map.page.getByTestId("phone").waitFor();
    await whose(map).getByRole("radio", { name: nadia }).click();
    await chosen(map, nadia);
    assert.equal(await map.page.locator(".strip-point.unset").count(), 0);
  });
});
