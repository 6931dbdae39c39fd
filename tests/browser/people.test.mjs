// Four people and one map: its owner, an editor, a commenter with a phone, and a stranger.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { administrator, makeLink, member, openShare } from "./support/accounts.mjs";
import { DEMO, MapPage } from "./support/map.mjs";
import { moment } from "./support/moments.mjs";
import { openBrowser, person } from "./support/people.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** How soon a change of rights has to be seen. */
const SOON = { timeout: 1_500 };

const panel = ({ page }) => page.getByTestId("talk");
const messages = (map) => panel(map).getByTestId("talk-message");

/** The map as somebody sees it who is on it. */
async function onMap(page) {
  const map = new MapPage(page);
  await map.isOpen();
  return map;
}

/** Comes in through a link, with nothing but a name. */
async function joins(page, link, name) {
  await page.goto(link);
  await page.getByLabel("What should others call you?").fill(name);
  await moment(page, `joins-${name}`);
  await page.getByRole("button", { name: "Go to the map" }).click();
  return onMap(page);
}

/** Makes a link with a role. */
async function linkFor(owner, role) {
  const share = await openShare(owner.page);
  await share.getByLabel("Role of who comes through the link").selectOption(role);
  const link = await makeLink(share);
  await moment(owner.page, `link-${role}`);
  await owner.page.keyboard.press("Escape");
  await share.waitFor({ state: "hidden" });
  return link;
}

/** Says something where the comments panel has its field. */
async function says(map, text) {
  const field = panel(map).getByRole("textbox").last();
  await field.click();
  await map.type(text, { delay: 0 });
  await panel(map).getByRole("button", { name: /^(Comment|Reply)$/ }).click();
}

/** What answers to a guess: the page's words, the API's, and how a WebSocket ends. */
async function guesses(page, map) {
  await page.goto(`/map/${map}`);
  await page.getByRole("heading", { name: /^(Sign in|This map cannot be opened)$/ }).waitFor();
  const heard = await page.evaluate(async (key) => {
    const asks = async (path, init) => {
      const answer = await fetch(`/api/maps/${key}/${path}`, init);
      return `${path} ${answer.status} ${await answer.text()}`;
    };
    const says = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const ends = (document) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/sync/${document}`);
        let bytes = 0;
        socket.binaryType = "arraybuffer";
        // Asks for all that there is, as a client does that has nothing.
        socket.onopen = () => socket.send(new Uint8Array([0, 0, 1, 0]));
        socket.onmessage = ({ data }) => (bytes += data.byteLength);
        socket.onclose = ({ code, reason }) => resolve(`${code} ${reason} after ${bytes} bytes`);
      });
    return [
      await asks("export?format=json"),
      await asks("access"),
      await asks("audit"),
      await asks("talk", says),
      await asks("talk/people"),
      await ends(`map/${key}`),
      await ends(`talk/${key}`),
    ];
  }, map);
  const words = await page.locator("main").innerText();
  return { words, heard };
}

describe("four people", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("share a map, talk about it, and are put out again", async (t) => {
    const server = await startServer(t, { accounts: true });
    const admin = await administrator(t, browser, server, "Ada Brandt");
    await admin.goto(`/map/${DEMO}`);
    const ada = await onMap(admin);
    let ben;
    let cleo;
    let step;

    await t.test("an editor and a commenter come in by links, with a name each", async () => {
      const [editors, commenters] = [await linkFor(ada, "editor"), await linkFor(ada, "commenter")];
      ben = await joins(await person(t, browser, server, null), editors, "Ben Ito");
      cleo = await joins(await person(t, browser, server, null, PHONE), commenters, "Cleo Marsh");
      for (const name of ["Ben Ito", "Cleo Marsh"]) {
        await ada.page.locator(`.people [aria-label*="${name}"]`).first().waitFor();
      }
      assert.equal(await ben.page.getByTestId("may-mark").count(), 0);
      assert.equal(await cleo.page.getByTestId("add-here").count(), 0, "nothing to add cards with");
      await moment(ada.page, "all-are-there");
      await moment(cleo.page, "commenter-on-a-phone");
    });

    await t.test("two comment on the same step at once, and everybody reads both", async () => {
      step = await cleo.page.locator(".phone-step").getAttribute("data-step");
      const head = cleo.page.locator(".phone-step-head");
      await head.locator("[data-action=more]").tap();
      await cleo.popup.getByRole("menuitem", { name: "Comment", exact: true }).tap();
      await ben.goTo(`step:${step}`);
      await ben.keyboard.press("c");
      await moment(cleo.page, "comment-on-a-phone");
      await Promise.all([
        says(ben, "Is this where they **first** hear of us?"),
        says(cleo, "I would begin one step earlier."),
      ]);
      await moment(cleo.page, "said-on-a-phone");
      await moment(ben.page, "said-by-the-editor");
      await messages(cleo).filter({ hasText: "one step earlier" }).waitFor();
      const mark = (map) => map.grid.locator(`[data-spot="step:${step}"]`).getByTestId("talk-mark");
      for (const map of [ada, ben]) await mark(map).filter({ hasText: "2" }).waitFor();
      await mark(ada).click();
      const rows = panel(ada).getByTestId("talk-row");
      for (const said of ["first hear of us", "one step earlier"]) {
        await rows.filter({ hasText: said }).waitFor();
      }
      await moment(ada.page, "two-threads-on-a-step");
    });

    await t.test("a mention is in the inbox, and its link opens the thread anywhere", async () => {
      await panel(ada).getByTestId("talk-row").filter({ hasText: "first hear of us" }).click();
      await panel(ada).getByRole("textbox", { name: "Reply" }).click();
      await ada.type("Yes. @Cl", { delay: 1 });
      await panel(ada).getByRole("listbox").getByRole("option", { name: /Cleo Marsh/ }).waitFor();
      await moment(ada.page, "who-can-be-mentioned");
      await ada.keyboard.press("Enter");
      await ada.type("what do you think?", { delay: 0 });
      await ada.keyboard.press("Control+Enter");

      const close = panel(cleo).getByRole("button", { name: "Close comments" });
      await close.tap();
      await cleo.page.locator(".phone-step-head").getByTestId("talk-mark").getByText("2").waitFor();
      await cleo.page.getByTestId("inbox-count").filter({ hasText: "1" }).waitFor();
      await cleo.page.getByRole("button", { name: "Inbox, 1 new" }).tap();
      const row = cleo.page.getByTestId("inbox-row").filter({ hasText: "mentioned you" });
      await row.waitFor();
      await moment(cleo.page, "inbox-on-a-phone");
      await row.tap();
      await messages(cleo).filter({ hasText: "@Cleo Marsh what do you think?" }).waitFor();
      await cleo.page.getByTestId("inbox-count").waitFor({ state: "detached" });
      await moment(cleo.page, "thread-on-a-phone");

      // The address is a link to it, for whoever may see the map.
      const address = new URL(cleo.page.url());
      assert.match(address.search, /thread=/);
      await ben.page.goto(address.pathname + address.search);
      await messages(ben).filter({ hasText: "what do you think?" }).waitFor();
      await ben.isSaved();
      await moment(ben.page, "thread-by-its-link");
    });

    await t.test("an editor whose role is lowered stops where he is, and is told", async () => {
      await ben.keyboard.press("Escape");
      const [card] = await ben.cardsOf("actions");
      await ben.edit(card);
      await ben.type(" – by phone");
      await ada.sees(card, "by phone");
      await ben.isSaved();
      const share = await openShare(ada.page);
      await share.getByLabel("Role of Ben Ito").selectOption("viewer");
      await ben.page.getByTestId("may-mark").getByText("View only").waitFor(SOON);
      await ben.editor.waitFor({ state: "detached" });
      await ada.card(card).locator(".who-typing").waitFor({ state: "detached" });
      await ben.type("x");
      assert.match(await ada.text(card), /by phone$/);
      await moment(ben.page, "lowered-while-writing");
      await moment(ada.page, "who-has-access");
      await ada.page.keyboard.press("Escape");
    });

    await t.test("a link that is revoked ends the sessions of who came through it", async () => {
      await panel(cleo).getByRole("textbox", { name: "Reply" }).tap();
      await cleo.type("Half a thought", { delay: 0 });
      const share = await openShare(ada.page);
      await share.getByRole("button", { name: "Revoke: Commenter link" }).click();
      await panel(cleo).getByText("You have no access to this map any more.").waitFor(SOON);
      // What she was about to say is hers.
      const field = panel(cleo).getByRole("textbox", { name: "Reply" });
      assert.equal(await field.inputValue(), "Half a thought");
      await moment(cleo.page, "revoked-on-a-phone");
      await share.locator('[data-person="Cleo Marsh"]').waitFor({ state: "detached" });
      await ada.page.locator('.people [aria-label*="Cleo Marsh"]').waitFor({ state: "detached" });
      await cleo.page.reload();
      await cleo.page.getByRole("heading", { name: "This map cannot be opened" }).waitFor();
      await moment(cleo.page, "reloaded-on-a-phone");
    });

    await t.test("a stranger learns nothing by guessing, signed in or not", async () => {
      const strangers = [
        await person(t, browser, server, null),
        await member(t, browser, server, admin, "Sam Stranger"),
      ];
      for (const [at, stranger] of strangers.entries()) {
        const there = await guesses(stranger, DEMO);
        await moment(stranger, `stranger-${at}`);
        const nowhere = await guesses(stranger, "map-nobody-made");
        assert.deepEqual(there.heard.map((it) => it.replaceAll(DEMO, "map-nobody-made")), nowhere.heard);
        assert.equal(there.words, nowhere.words);
        assert.ok(there.heard.every((it) => !/SaaS|evaluat/i.test(it.replaceAll(DEMO, ""))), String(there.heard));
      }
    });
  });
});
