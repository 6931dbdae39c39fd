// What somebody may do, and what happens when that changes while they do it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { DEMO, MapPage } from "./support/map.mjs";
import { openBrowser, person } from "./support/people.mjs";

const PASSWORD = "three blue herons";

/** A server that people sign in to, with its administrator. */
async function house(t, browser) {
  const server = await startServer(t, { accounts: true });
  const admin = await person(t, browser, server, null);
  const [, secret] = server.log.match(/\/setup#([\w-]+)/);
  await post(server, admin, "/api/setup", {
    secret,
    name: "Ada Admin",
    email: "ada@example.com",
    password: PASSWORD,
  });
  return { server, admin };
}

async function post(server, page, path, data) {
  const reply = await page.request.post(path, { data, headers: { origin: server.http } });
  assert.ok(reply.ok(), `${path}: ${reply.status()} ${await reply.text()}`);
  return reply.json().catch(() => null);
}

/** A member with a role on the demo map, who has it open; and how to change the role. */
async function member(t, browser, { server, admin }, name, role, options) {
  const { secret } = await post(server, admin, "/api/people/invites", { place: "member" });
  const page = await person(t, browser, server, null, options);
  const { id } = await post(server, page, "/api/invite", {
    secret,
    name,
    email: `${name.split(" ")[0].toLowerCase()}@example.com`,
    password: PASSWORD,
  });
  const becomes = (role) =>
    post(server, admin, `/api/maps/${DEMO}/access`, { person: id, role });
  await becomes(role);
  await page.goto(`/map/${DEMO}`);
  const map = new MapPage(page);
  await map.isOpen();
  return { map, page, becomes };
}

describe("rights", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("an editor whose role is lowered is told, and keeps what was not accepted", async (t) => {
    const home = await house(t, browser);
    const ana = await member(t, browser, home, "Ana Brandt", "editor");
    const { map, page } = ana;
    const [card] = await map.cardsOf("actions");
    const before = await map.text(card);
    const mark = page.getByTestId("may-mark");
    assert.equal(await mark.count(), 0);

    // She writes without a connection; meanwhile she may only look any more.
    await page.context().setOffline(true);
    await map.isCutOff();
    await map.edit(card);
    await map.type(" – call them first");
    await ana.becomes("viewer");
    await page.context().setOffline(false);

    const kept = page.getByTestId("refused");
    await kept.getByText("call them first").waitFor({ timeout: 40_000 });
    await mark.getByText("View only").waitFor();
    await map.isSaved();
    assert.equal(await map.text(card), before, "the map is the server's again");
    assert.equal(await map.editor.count(), 0);

    // It is there until she dismisses it, and can be copied.
    await page.reload();
    await map.isOpen();
    await kept.getByText("call them first").waitFor();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await kept.getByTestId("refused-copy").click();
    await page.waitForFunction(async () =>
      (await navigator.clipboard.readText()).includes("call them first"),
    );
    await kept.getByTestId("refused-dismiss").click();
    await kept.waitFor({ state: "hidden" });
    await page.reload();
    await map.isOpen();
    assert.equal(await kept.count(), 0);
  });

  test("a change of role reaches the open page, and a viewer's page only reads", async (t) => {
    const home = await house(t, browser);
    const ben = await member(t, browser, home, "Ben Ito", "editor");
    const { map, page } = ben;
    const mark = page.getByTestId("may-mark");
    const [card] = await map.cardsOf("actions");
    const plus = page.locator(".map-page").getByRole("button", { name: /^Add (lane|stage|step)/ });
    assert.notEqual(await plus.count(), 0);

    await map.edit(card);
    await ben.becomes("viewer");
    await mark.getByText("View only").waitFor({ timeout: 1_500 });
    await map.editor.waitFor({ state: "detached" });
    assert.equal(await plus.count(), 0, "nothing to add with");
    await map.card(card).dblclick();
    await page.getByText("You can look at this map, but not change it").first().waitFor();
    assert.equal(await map.editor.count(), 0);
    assert.equal(await map.title.getAttribute("readonly"), "");

    // Cards, but no structure: the commands are there and say why not.
    await ben.becomes("contributor");
    await mark.getByText("Cards only").waitFor({ timeout: 1_500 });
    await map.edit(card);
    await map.type(" and more");
    await map.keyboard.press("Escape");
    await map.isSaved();
    await map.steps().first().focus();
    await map.keyboard.press("Shift+F10");
    const rename = map.popup.locator("[data-command='step.rename']");
    assert.equal(await rename.getAttribute("aria-disabled"), "true");
    assert.match(await rename.getAttribute("title"), /add and edit cards/);
    await map.keyboard.press("Escape");

    await ben.becomes("editor");
    await mark.waitFor({ state: "detached", timeout: 1_500 });
  });
});
