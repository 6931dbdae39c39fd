// What would a viewer see? An owner looks at the own map with less rights, and changes nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { administrator, member, openShare } from "./support/accounts.mjs";
import { findings } from "./support/axe.mjs";
import { DEMO, MapPage } from "./support/map.mjs";
import { moment } from "./support/moments.mjs";
import { openBrowser } from "./support/people.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

test("an owner sees the map as others would, by keys alone, and comes back", async (t) => {
  const server = await startServer(t, { accounts: true });
  const page = await administrator(t, browser, server);
  await page.goto(`/map/${DEMO}`);
  const map = new MapPage(page);
  await map.isOpen();
  const line = page.getByTestId("preview");
  const mark = page.getByTestId("may-mark");
  const [card] = await map.cardsOf("actions");
  const said = await map.text(card);
  const adds = page.locator(".map-page").getByRole("button", { name: /^Add (lane|stage|step)/ });

  const share = await openShare(page);
  assert.equal(await share.getByLabel("See the map as").inputValue(), "viewer");
  await share.getByRole("button", { name: "See it" }).focus();
  await page.keyboard.press("Enter");
  await line.getByText("You see this as a viewer would: they can read the map.").waitFor();
  await mark.getByText("View only").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Back");
  assert.equal(await adds.count(), 0);
  assert.equal(await page.locator(".inbox-button").isVisible(), false, "one's own is not theirs");
  await map.card(card).dblclick();
  assert.equal(await map.editor.count(), 0);
  await moment(page, "preview-viewer");
  assert.deepEqual(await findings(page, ".map-head"), []);
  // A reload shows the same; what others may do with it, the panel says to them.
  await page.reload();
  await line.waitFor();
  await page.getByRole("button", { name: "Share this map" }).click();
  await page.getByText("You are Viewer: you can read the map.").waitFor();
  await page.keyboard.press("Escape");

  // With tools in hand nothing is written either, and nothing that was typed gets lost.
  await line.getByLabel("See the map as").selectOption("guest-contributor");
  await line.getByText("as a guest with a contributor link would").waitFor();
  await mark.getByText("Cards only").waitFor();
  await map.edit(card);
  await map.type("!", { delay: 0 });
  await page.getByText("Nothing is changed while you see the map as somebody else").first().waitFor();
  await map.keyboard.press("Escape");
  await page.locator(".talk-button").click();
  await page.getByRole("button", { name: "Comment on the whole map" }).first().click();
  const field = page.getByTestId("talk").getByRole("textbox");
  await field.fill("Only a thought");
  await map.keyboard.press("Control+Enter");
  assert.equal(await field.inputValue(), "Only a thought");
  await moment(page, "preview-guest");
  await page.getByRole("button", { name: "Close comments" }).click();

  await line.getByRole("button", { name: "Back" }).click();
  await line.waitFor({ state: "detached" });
  await mark.waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).search, "");
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), "Share this map");
  assert.equal(await map.text(card), said, "what was tried is nowhere");
  assert.notEqual(await adds.count(), 0);
});

test("nobody sees more than their own rights by an address", async (t) => {
  const server = await startServer(t, { accounts: true });
  const admin = await administrator(t, browser, server);
  const eve = await member(t, browser, server, admin, "Eve Other");
  const { person } = await (await eve.request.get("/api/me")).json();
  const given = await admin.request.post(`/api/maps/${DEMO}/access`, {
    data: { person: person.id, role: "viewer" },
    headers: { origin: server.http },
  });
  assert.ok(given.ok());
  await eve.goto(`/map/${DEMO}?as=editor`);
  await new MapPage(eve).isOpen();
  await eve.getByTestId("may-mark").getByText("View only").waitFor();
  assert.equal(await eve.getByTestId("preview").count(), 0);
});
