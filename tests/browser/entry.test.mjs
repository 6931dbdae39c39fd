// Coming in: the first administrator, invited people, guests; and staying out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { PASSWORD, administrator, makeAccount, makeLink, member, openShare } from "./support/accounts.mjs";
import { openBrowser, person } from "./support/people.mjs";

const DEMO = "map-saas-eval";
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

const onMap = (page) => page.locator(".map-page").waitFor();
const notFound = (page) => page.getByRole("heading", { name: "This map cannot be opened" });

test("the first start's link makes an administrator, who invites somebody, who signs in again", async (test) => {
  const server = await startServer(test, { accounts: true });
  const admin = await administrator(test, browser, server);
  assert.equal(await admin.getByText("Local mode").count(), 0);
  await admin.getByRole("button", { name: /^You: Ada Admin/ }).click();
  await admin.getByRole("link", { name: "People" }).click();
  await admin.getByLabel("Their e-mail (optional)").fill("mei@example.com");
  await admin.getByRole("button", { name: "Make an invitation" }).click();
  const link = await admin.getByRole("textbox", { name: "The invitation" }).inputValue();

  const mei = await person(test, browser, server, null);
  await mei.goto(link);
  await mei.getByText("Ada Admin invites you").waitFor();
  assert.equal(await mei.getByLabel("E-mail").inputValue(), "mei@example.com");
  await makeAccount(mei, "Mei Kato", "Make my account");
  await mei.getByRole("button", { name: /^You: Mei Kato/ }).click();
  await mei.getByRole("button", { name: "Sign out" }).click();
  await mei.getByRole("heading", { name: "Sign in" }).waitFor();
  // A page that was asked for is there after signing in.
  await mei.goto("/account");
  await mei.getByLabel("E-mail").fill("mei@example.com");
  await mei.getByLabel("Password").fill("three red herons");
  await mei.getByRole("button", { name: "Sign in" }).click();
  await mei.getByText("E-mail or password is wrong.").waitFor();
  await mei.getByLabel("Password").fill(PASSWORD);
  await mei.getByRole("button", { name: "Sign in" }).click();
  await mei.getByRole("heading", { name: "Your account" }).waitFor();
  await admin.reload();
  await admin.locator('[data-person="Mei Kato"]').waitFor();
});

test("a guest is on the map with a link and a name, and out when the link is revoked", async (test) => {
  const server = await startServer(test, { accounts: true });
  const admin = await administrator(test, browser, server);
  await admin.goto(`/map/${DEMO}`);
  await onMap(admin);
  const panel = await openShare(admin);
  const link = await makeLink(panel);

  const gus = await person(test, browser, server, null, PHONE);
  await gus.goto(link);
  await gus.getByText("With this link you can change everything on the map").waitFor();
  await gus.getByLabel("What should others call you?").fill("Gus");
  await gus.getByRole("button", { name: "Go to the map" }).click();
  await onMap(gus);
  assert.equal(new URL(gus.url()).pathname, `/map/${DEMO}`);
  await admin.locator('.people [title*="Gus"], .people [aria-label*="Gus"]').first().waitFor();
  // The link is no secret of the page any more, and opens the same map again.
  await gus.goto(link);
  await onMap(gus);

  await admin.keyboard.press("Escape");
  await openShare(admin);
  await panel.locator('[data-person="Gus"]').waitFor();
  await panel.getByRole("button", { name: /^Revoke/ }).click();
  await panel.locator('[data-person="Gus"]').waitFor({ state: "detached" });
  await gus.reload();
  await notFound(gus).waitFor();
  await gus.goto(link);
  await gus.getByRole("heading", { name: "This link does not work" }).waitFor();
});

test("who guesses an address finds nothing, whether there is a map or not", async (test) => {
  const server = await startServer(test, { accounts: true });
  const admin = await administrator(test, browser, server);
  const stranger = await person(test, browser, server, null);
  await stranger.goto(`/map/${DEMO}`);
  await stranger.getByRole("heading", { name: "Sign in" }).waitFor();
  const eve = await member(test, browser, server, admin, "Eve Other");
  await eve.getByText("Your journeys will be listed here").waitFor();
  const seen = [];
  for (const map of [DEMO, "map-nobody-made"]) {
    await eve.goto(`/map/${map}`);
    await notFound(eve).waitFor();
    seen.push(await eve.locator("main").innerText());
  }
  assert.equal(seen[0], seen[1]);
});
