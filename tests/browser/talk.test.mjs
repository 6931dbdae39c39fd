// Comments: written by keys, seen at once, outliving what they are about and the connection.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { DEMO, MapPage, openMap } from "./support/map.mjs";
import { moment } from "./support/moments.mjs";
import { openBrowser, person } from "./support/people.mjs";

const STEP = "step:a06";
const panel = (map) => map.page.getByTestId("talk");
const messages = (map) => panel(map).getByTestId("talk-message");
const mark = (map, spot) => map.grid.locator(`[data-spot="${spot}"]`).getByTestId("talk-mark");

/** Comments on what has focus, by keys alone. */
async function comment(map, spot, text, shown = text) {
  await map.goTo(spot);
  await map.keyboard.press("c");
  await panel(map).getByRole("textbox").waitFor();
  await map.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await map.type(text, { delay: 1 });
  await map.keyboard.press("Control+Enter");
  await messages(map).filter({ hasText: shown }).waitFor();
}

/** Waits until everything that was said here is at the server. */
const isSent = (map) => panel(map).getByTestId("talk-here").waitFor({ state: "detached" });

describe("comments", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("a step is commented on by a key; somebody else sees the mark and answers at once", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await comment(ana, STEP, "Is this **really** one step?", "Is this really one step?");
    await mark(ben, STEP).filter({ hasText: "1" }).waitFor();
    const label = await ben.page.locator(`[data-spot="${STEP}"]`).getAttribute("aria-label");
    assert.match(label, /1 open comment/);

    await mark(ben, STEP).click();
    await messages(ben).filter({ hasText: "Is this really one step?" }).waitFor();
    assert.equal(await messages(ben).locator("strong").innerText(), "really");
    await panel(ben).getByRole("textbox", { name: "Reply" }).click();
    await ben.type("No, @An", { delay: 1 });
    await panel(ben).getByRole("listbox", { name: "People to mention" }).getByText("Ana").waitFor();
    await ben.keyboard.press("Enter");
    await ben.type("two.", { delay: 1 });
    await ben.keyboard.press("Control+Enter");
    await messages(ana).filter({ hasText: "No, @Ana two." }).waitFor();
    assert.equal(await messages(ana).locator(".talk-mention.mine").innerText(), "@Ana");

    // Ana hears of it; the entry leads back to the thread.
    await ana.page.getByTestId("inbox-count").filter({ hasText: "1" }).waitFor();
    await ana.keyboard.press("Escape");
    await ana.keyboard.press("Escape");
    await panel(ana).waitFor({ state: "detached" });
    await ana.page.getByRole("button", { name: "Inbox, 1 new" }).click();
    await ana.page.getByTestId("inbox-row").filter({ hasText: "mentioned you" }).click();
    await messages(ana).filter({ hasText: "two." }).waitFor();
    await ana.page.getByTestId("inbox-count").waitFor({ state: "detached" });

    // Resolved, the mark is gone for both.
    await panel(ana).getByRole("button", { name: "Resolve" }).click();
    await mark(ben, STEP).waitFor({ state: "detached" });
    await panel(ben).getByText("Resolved by Ana").waitFor();
  });

  test("a comment outlives what it is about, and is there again when that comes back", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    await comment(ana, STEP, "Keep this in mind");
    await isSent(ana);
    await ana.goTo(STEP);
    await ana.keyboard.press("Delete");
    await panel(ana).getByRole("button", { name: "All comments" }).click();
    const shelf = panel(ana).getByTestId("talk-orphans");
    await shelf.getByTestId("talk-row").filter({ hasText: "Keep this in mind" }).waitFor();
    await ana.page.locator(".toast-undo").click();
    await shelf.waitFor({ state: "detached" });
    await mark(ana, STEP).filter({ hasText: "1" }).waitFor();
  });

  test("a comment written offline is kept when the page goes, and keeps its time", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const context = ana.page.context();
    await context.setOffline(true);
    await comment(ana, STEP, "From the tunnel");
    await panel(ana).getByTestId("talk-here").first().waitFor();
    // An hour passes in the tunnel: the queue is made older, as if it had been written then.
    await ana.page.waitForFunction(
      () =>
        new Promise((resolve, reject) => {
          const open = indexedDB.open("waymark");
          open.onerror = reject;
          open.onsuccess = () => {
            const change = open.result.transaction("orders", "readwrite");
            let found = 0;
            // Only then is it sure that the change outlives the page.
            change.oncomplete = () => {
              open.result.close();
              resolve(found > 0);
            };
            change.objectStore("orders").openCursor().onsuccess = ({ target }) => {
              const at = target.result;
              if (!at) return;
              const order = JSON.parse(at.value);
              order.written_at -= 3_600_000;
              at.update(JSON.stringify(order));
              found += 1;
              at.continue();
            };
          };
        }),
    );
    await ana.page.close();
    await context.setOffline(false);
    const again = await context.newPage();
    await again.goto(`/map/${DEMO}`);
    const ben = await openMap(t, browser, server, "Ben");
    await mark(ben, STEP).click();
    const said = messages(ben).filter({ hasText: "From the tunnel" });
    await said.getByText("written offline").waitFor();
    const written = Date.parse(await said.locator("time").getAttribute("datetime"));
    const ago = Date.now() - written;
    assert.ok(ago > 3_500_000 && ago < 3_900_000, `written ${ago} ms ago`);
  });

  test("every view shows what is open, and what is read out obeys the setting", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const quiet = await person(t, browser, server, "Cleo");
    await quiet.addInitScript(() => localStorage.setItem("waymark.read-out", "off"));
    await quiet.goto(`/map/${DEMO}`);
    const cleo = new MapPage(quiet);
    await cleo.isOpen();
    for (const map of [ben, cleo]) {
      await map.goTo(STEP);
      // All that is said to screen readers, however short it stands there.
      await map.page.evaluate(() => {
        globalThis.said = [];
        const region = document.querySelector("[aria-live=polite]");
        new MutationObserver(() => globalThis.said.push(region.textContent)).observe(region, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      });
    }
    await comment(ana, STEP, "For whom is this?");
    await ben.page.waitForFunction(() => globalThis.said.some((it) => it.includes("Ana commented on")));
    await mark(cleo, STEP).filter({ hasText: "1" }).waitFor();
    for (const view of ["Outline", "Story"]) {
      await ben.see(view);
      const shown = ben.page.getByTestId(view.toLowerCase());
      await shown.getByTestId("talk-mark").filter({ hasText: "1", visible: true }).first().waitFor();
      await moment(ben.page, `comments-in-the-${view.toLowerCase()}`);
    }
    const heard = await cleo.page.evaluate(() => globalThis.said.join(" "));
    assert.doesNotMatch(heard, /commented/);
  });

  test("words of a text are commented on, marked in it, and stay so while it changes", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [card] = await ana.cardsOf("actions");
    const quote = ({ page }) => page.getByTestId("details").locator("xpath=..").getByTestId("quote");
    await ana.openDetails(card);
    await ana.details.click();
    await ana.type("They ask support twice", { delay: 1 });
    await ana.isSaved();
    await ana.keyboard.press("Control+Shift+ArrowLeft");
    await ana.page.waitForFunction(() => getSelection().toString() === "twice");
    await ana.keyboard.press("Control+Alt+m");
    await panel(ana).getByText("“twice”").first().waitFor();
    await panel(ana).getByRole("textbox").fill("Is there a number?");
    await ana.keyboard.press("Control+Enter");
    await messages(ana).filter({ hasText: "Is there a number?" }).waitFor();
    await isSent(ana);

    await ben.openDetails(card);
    const before = await quote(ben).boundingBox();
    assert.ok(before.width > 10 && before.height > 8, JSON.stringify(before));
    await moment(ben.page, "words-commented-on");
    // What is written in front of them moves the mark with them.
    await ben.details.click();
    await ben.keyboard.press("Control+Home");
    await ben.type("On Mondays: ", { delay: 1 });
    await ben.page.waitForFunction(
      (left) => document.querySelector("[data-testid=quote]").getBoundingClientRect().left > left + 20,
      before.x,
    );
    await ben.page.getByRole("link", { name: "Comment on “twice”" }).click();
    await messages(ben).filter({ hasText: "Is there a number?" }).waitFor();
    await panel(ben).getByRole("button", { name: "Resolve" }).click();
    await ana.openDetails(card);
    await ana.details.getByText("On Mondays: They ask").waitFor();
    await quote(ana).waitFor({ state: "detached" });
  });

  test("no script runs out of a comment, whatever it says", async (t) => {
    const server = await startServer(t);
    const corpus = [
      "<script>globalThis.ran = 1</script>",
      "<img src=x onerror='globalThis.ran = 1'>",
      "<svg onload=globalThis.ran=1>",
      "[x](javascript:globalThis.ran=1)",
      "[x](java\tscript:globalThis.ran=1)",
      "[x](data:text/html,<script>globalThis.ran=1</script>)",
      "**<iframe srcdoc='<script>parent.ran=1</script>'>**",
      "`</code><script>globalThis.ran=1</script>`",
      "- <details open ontoggle=globalThis.ran=1>",
      "https://x.example/\"onmouseover=globalThis.ran=1",
    ];
    const commands = corpus.map((text, n) => ({
      id: `o${n}`,
      command: {
        do: "start",
        thread: `t${n}`,
        message: `m${n}`,
        anchor: { place: { kind: "map" }, path: [text], words: text.replace("\t", " ") },
        text,
      },
    }));
    commands.forEach(({ command }) => (command.anchor.path = [command.anchor.words]));
    const me = { id: `p_${"0".repeat(31)}e`, name: "<b onclick=1>Eve", colour: 3 };
    const answer = await fetch(`${server.http}/api/maps/${DEMO}/talk`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ me, commands }),
    });
    const { answers } = await answer.json();
    assert.ok(answers.every(({ ok }) => ok), JSON.stringify(answers));

    const ana = await openMap(t, browser, server, "Ana");
    await ana.page.locator(".talk-button").click();
    const rows = panel(ana).getByTestId("talk-row");
    await rows.nth(corpus.length - 1).waitFor();
    for (let n = 0; n < corpus.length; n += 1) {
      await ana.keyboard.press("F8");
      await panel(ana).locator(`article[data-thread="t${n}"]`).waitFor();
      const links = await panel(ana).locator(".talk-words a").evaluateAll((all) => all.map((a) => a.href));
      assert.ok(links.every((link) => link.startsWith("https://x.example/")), String(links));
    }
    const found = await panel(ana).locator("script, img, iframe, svg:not(.i), details").count();
    assert.equal(found, 0);
    assert.equal(await ana.page.evaluate(() => globalThis.ran), undefined);
  });
});
