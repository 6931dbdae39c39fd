// Who looks after a map: written beside its scope, and in its file.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { findings } from "./support/axe.mjs";
import { DEMO, openMap } from "./support/map.mjs";
import { moment } from "./support/moments.mjs";
import { openBrowser } from "./support/people.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

test("those who look after a map are named, and stand in its file", async (t) => {
  const server = await startServer(t);
  const ana = await openMap(t, browser, server, "Ana");
  const ben = await openMap(t, browser, server, "Ben");
  const shown = async ({ page }) => {
    await page.locator(".scope-more").click();
    await page.getByTestId("council").waitFor();
  };
  const field = ({ page }, role) => page.getByTestId("council").getByLabel(new RegExp(`^${role}: `));
  await Promise.all([shown(ana), shown(ben)]);
  // The file's ids are people with names.
  assert.equal(await field(ana, "Lead").inputValue(), "Ola Berg");
  await field(ana, "Supporters").click();
  await ana.keyboard.press("End");
  await ana.type(", Ida Lund", { delay: 1 });
  await ben.page.waitForFunction(() =>
    document.querySelector("[aria-label^='Supporters: ']").value.endsWith(", Ida Lund"),
  );
  await ana.isSaved();
  await moment(ana.page, "council");
  assert.deepEqual(await findings(ana.page, ".map-head"), []);
  const file = await (await fetch(`${server.http}/api/maps/${DEMO}/export?format=json`)).json();
  assert.equal(file.map.council.lead, "u-ola", "as it came");
  assert.equal(file.map.council.supporters.at(-1), "Ida Lund");
});
