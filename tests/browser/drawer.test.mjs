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
    await ana.openDetails(CARD);
    await ben.openDetails(CARD);

    await ana.details.click();
    await ana.keyboard.press("Control+b");
    await ana.type("Asked", { delay: 1 });
    await ana.keyboard.press("Control+b");
    await ana.type(" twice", { delay: 1 });
    await ana.keyboard.press("Enter");
    await ana.type("first", { delay: 1 });
    await ana.drawer.getByRole("button", { name: "Bulleted list" }).click();
    const first = "<p><strong>Asked</strong> twice</p><ul><li>first</li></ul>";
    await shows(ana, first);
    await shows(ben, first);
    const anas = ben.drawer.getByTestId("caret");
    assert.equal(await anas.innerText(), "Ana");

    // Ben writes in front of Ana's caret while she goes on.
    await ben.details.click();
    await ben.keyboard.press("Control+Home");
    await ana.drawer.getByTestId("caret").filter({ hasText: "Ben" }).waitFor();
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
    await ana.openDetails(CARD);
    await shows(ana, both);
  });

  test("it opens and closes by keys, sets a status, links, and says when its card is gone", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await ana.openDetails(CARD);
    for (const name of ["Copy the link to these details", "Close details"]) {
      const box = await ana.drawer.getByRole("button", { name }).boundingBox();
      assert.ok(box.width < 50 && box.x + box.width <= ana.page.viewportSize().width, `${name} is in the bar`);
    }
    await ana.keyboard.press("Escape");
    await ana.focusIs(`card:${CARD}`);
    assert.equal(await ana.drawer.count(), 0);

    // Its address opens it again; Back closes it as Escape does.
    const plain = ana.page.url();
    await ana.openDetails(CARD);
    const link = `${plain}?details=card.${CARD}`;
    assert.equal(ana.page.url(), link);
    await ana.page.goBack();
    await ana.drawer.waitFor({ state: "detached" });
    await ana.focusIs(`card:${CARD}`);
    await ana.openDetails(CARD);
    await ana.keyboard.press("Escape");
    await ana.page.waitForURL(plain);
    await ana.page.goto(link.replace("?", "?view=outline&"));
    await ana.drawer.getByRole("textbox").first().waitFor();
    assert.equal(await ana.drawer.getByRole("textbox").first().inputValue(), await ana.text(CARD));
    await ana.see("Grid");
    await ana.page.getByRole("grid").waitFor();
    assert.ok(await ana.drawer.isVisible(), "another view shows the same details");

    await ana.drawer.getByRole("radio", { name: "Observed" }).click();
    await ben.card(CARD).getByText("Observed").waitFor();

    await ana.details.click();
    await ana.keyboard.press("Control+Shift+k");
    const address = ana.page.getByTestId("details-link");
    await address.fill("javascript:alert(1)");
    await ana.keyboard.press("Enter");
    await ana.drawer.getByText("Links begin with").waitFor();
    await address.fill("example.org/notes");
    await ana.keyboard.press("Enter");
    const notes = ana.details.getByRole("link");
    assert.equal(await notes.getAttribute("href"), "https://example.org/notes");
    assert.equal(await notes.getAttribute("rel"), "noopener noreferrer");

    // It follows to another thing, and stays when somebody deletes that.
    const [first] = await ana.cardsOf("actions");
    await ana.card(first).focus();
    const words = await ana.text(first);
    await ana.drawer.getByRole("textbox").first().waitFor();
    assert.equal(await ana.drawer.getByRole("textbox").first().inputValue(), words);
    await ana.details.click();
    await ben.card(first).focus();
    await ben.keyboard.press("Delete");
    await ana.page.getByTestId("drawer-gone").waitFor();
    await ana.page.waitForFunction(() => document.activeElement?.textContent === "Restore");
    await ana.keyboard.press("Enter");
    await ben.card(first).waitFor();
    assert.equal(await ana.drawer.getByRole("textbox").first().inputValue(), words);
  });

  test("a lane's drawer has its name, its look and whether it is shown", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    await ana.goTo("lane:thoughts");
    await ana.keyboard.press("i");
    await ana.drawer.getByRole("radio", { name: "Blue" }).click();
    await ben.grid.locator('[data-spot="lane:thoughts"].colour-blue').waitFor();
    await ana.drawer.getByRole("radio", { name: "Line of visibility" }).click();
    await ben.lane("thoughts").getByText("Line of visibility").waitFor();
    await ana.drawer.getByRole("textbox").first().click();
    await ana.keyboard.press("End");
    await ana.type(", aloud", { delay: 1 });
    await ben.lane("thoughts").getByText(/, aloud$/).first().waitFor();
    await ana.drawer.getByLabel("Hidden").check();
    await ben.lane("thoughts").waitFor({ state: "detached" });
    await ana.drawer.getByLabel("Hidden").uncheck();
    await ben.lane("thoughts").waitFor();
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
