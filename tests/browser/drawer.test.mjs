// The drawer: everything about one thing beside the map, and text that two people write.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

const CARD = "a06-actions-1";

describe("the drawer", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  const drawerOf = (map) => map.page.getByTestId("drawer");
  const detailsOf = (map) => map.page.getByTestId("details");

  /** Opens the details of a card by its key. */
  async function open(map, id) {
    await map.card(id).focus();
    await map.keyboard.press("i");
    await drawerOf(map).waitFor();
  }

  /** Waits until the details' markup passes. */
  const shows = (map, html) =>
    map.page.waitForFunction(
      (wanted) =>
        document
          .querySelector("[data-testid=details]")
          ?.innerHTML.replaceAll(/ (data-line|rel|target)="[^"]*"/g, "")
          .includes(wanted),
      html,
    );

  test("two people write in the same details, and each takes back only their own", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await open(ana, CARD);
    await open(ben, CARD);

    await detailsOf(ana).click();
    await ana.keyboard.press("Control+b");
    await ana.type("Asked", { delay: 1 });
    await ana.keyboard.press("Control+b");
    await ana.type(" twice", { delay: 1 });
    await ana.keyboard.press("Enter");
    await ana.type("first", { delay: 1 });
    await drawerOf(ana).getByRole("button", { name: "Bulleted list" }).click();
    const first = "<p><strong>Asked</strong> twice</p><ul><li>first</li></ul>";
    await shows(ana, first);
    await shows(ben, first);
    const anas = drawerOf(ben).getByTestId("caret");
    assert.equal(await anas.innerText(), "Ana");

    // Ben writes in front of Ana's caret while she goes on.
    await detailsOf(ben).click();
    await ben.keyboard.press("Control+Home");
    await drawerOf(ana).getByTestId("caret").filter({ hasText: "Ben" }).waitFor();
    await Promise.all([
      ben.type("Politely: ", { delay: 5 }),
      ana.keyboard.insertText(" of all"),
    ]);
    const both = "twice</p><ul><li>first of all</li></ul>";
    await shows(ana, both);
    await shows(ben, both);
    await shows(ana, "Politely: ");
    await anas.filter({ hasText: "Ana" }).waitFor();

    await ana.keyboard.press("Control+z");
    await shows(ana, "<li>first</li>");
    await shows(ben, "<li>first</li>");
    await shows(ben, "Politely: ");
    await ana.keyboard.press("Control+Shift+z");
    await shows(ben, both);

    // What was written is there after a reload, and its card says that there is more.
    await ana.isSaved();
    await ana.page.reload();
    await ana.isOpen();
    await ana.card(CARD).getByRole("img", { name: "Has details" }).waitFor();
    await open(ana, CARD);
    await shows(ana, both);
  });

  test("it opens and closes by keys, sets a status, links, and says when its card is gone", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await open(ana, CARD);
    await ana.keyboard.press("Escape");
    await ana.focusIs(`card:${CARD}`);
    assert.equal(await drawerOf(ana).count(), 0);

    await open(ana, CARD);
    await drawerOf(ana).getByRole("radio", { name: "Observed" }).click();
    await ben.card(CARD).getByText("Observed").waitFor();

    await detailsOf(ana).click();
    await ana.keyboard.press("Control+Shift+k");
    const address = ana.page.getByTestId("details-link");
    await address.fill("javascript:alert(1)");
    await ana.keyboard.press("Enter");
    await drawerOf(ana).getByText("Links begin with").waitFor();
    await address.fill("example.org/notes");
    await ana.keyboard.press("Enter");
    const link = detailsOf(ana).getByRole("link");
    assert.equal(await link.getAttribute("href"), "https://example.org/notes");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");

    // It follows to another thing, and stays when somebody deletes that.
    const [first] = await ana.cardsOf("actions");
    await ana.card(first).focus();
    const words = await ana.text(first);
    await drawerOf(ana).getByRole("textbox").first().waitFor();
    assert.equal(await drawerOf(ana).getByRole("textbox").first().inputValue(), words);
    await detailsOf(ana).click();
    await ben.card(first).focus();
    await ben.keyboard.press("Delete");
    await ana.page.getByTestId("drawer-gone").waitFor();
    await ana.page.waitForFunction(() => document.activeElement?.textContent === "Restore");
    await ana.keyboard.press("Enter");
    await ben.card(first).waitFor();
    assert.equal(await drawerOf(ana).getByRole("textbox").first().inputValue(), words);
  });

  test("carets are shown in the text of a card too", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await ana.edit(CARD);
    await ben.edit(CARD);
    await ana.card(CARD).getByTestId("caret").filter({ hasText: "Ben" }).waitFor();
    await ben.card(CARD).getByTestId("caret").filter({ hasText: "Ana" }).waitFor();
    await ben.keyboard.press("Escape");
    await ana.card(CARD).getByTestId("caret").waitFor({ state: "detached" });
  });
});
