// The server ends without a word, or the connection does, while people write.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { RECONNECTION, openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("when the server is gone", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** The same server again: same address, same folder. */
  const again = (t, server) => startServer(t, { data: server.data, listen: server.listen });

  test("killed in the middle of a word, it still has what was Saved, and gets the rest", async (t) => {
    let server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const [id] = await ana.cardsOf("actions");
    let expected = await ana.text(id);
    await ana.edit(id);
    for (const round of ["one", "two", "three"]) {
      await ana.type(` saved-${round}`);
      await ana.isSaved();
      const typing = ana.type(` unsaved-${round}-of-a-long-word`, { delay: 25 });
      await ana.sees(id, `unsaved-${round}-of`);
      await server.kill();
      await typing;
      await ana.isCutOff();
      expected += ` saved-${round} unsaved-${round}-of-a-long-word`;
      assert.equal(await ana.text(id), expected, "editing goes on without the server");

      server = await again(t, server);
      await ana.isSaved({ timeout: RECONNECTION });
      assert.equal(await ana.text(id), expected);
      const fresh = await openMap(t, browser, server, "Fresh");
      assert.equal(await fresh.text(id), expected, "everything arrived");
      await fresh.page.close();
    }
  });

  test("killed after Saved, it has everything without the author's help", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const [id] = await ana.cardsOf("actions");
    await ana.edit(id);
    await ana.type(" this is durable 🪨");
    await ana.isSaved();
    const expected = await ana.text(id);
    await server.kill();
    await ana.page.close();

    const ben = await openMap(t, browser, await again(t, server), "Ben");
    assert.equal(await ben.text(id), expected);
  });

  test("people go on alone, are told so, and end with each other's work", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [first, second] = await ana.cardsOf("actions");
    await server.stop();
    await Promise.all([ana.isCutOff(), ben.isCutOff()]);

    await ana.edit(first);
    await ana.type(" from ana alone");
    await ben.edit(first);
    await ben.keyboard.press("Control+Home");
    await ben.type("From ben alone ");
    await ben.keyboard.press("Escape");
    await ben.edit(second);
    await ben.type(" also ben");
    assert.match(await ana.words(), /^(Reconnecting|Offline).*change/);
    await ana.status.click();
    await ana.page.getByText("Not saved yet").first().waitFor();
    await ana.keyboard.press("Escape");

    await again(t, server);
    await Promise.all([
      ana.isSaved({ timeout: RECONNECTION }),
      ben.isSaved({ timeout: RECONNECTION }),
    ]);
    for (const person of [ana, ben]) {
      await person.sees(first, "from ana alone");
      await person.sees(first, "From ben alone");
      await person.sees(second, "also ben");
    }
    assert.equal(await ana.text(first), await ben.text(first));
    assert.equal(await ana.words(), "Saved");
  });

  test("a page without network says so, catches up by itself, and undoes only its own", async (t) => {
    const server = await startServer(t);
    const ana = await openMap(t, browser, server, "Ana");
    const ben = await openMap(t, browser, server, "Ben");
    const [first, second] = await ana.cardsOf("actions");
    await ana.page.context().setOffline(true);
    await ana.isCutOff();
    await ana.edit(first);
    await ana.type(" on the train");
    await ben.edit(second);
    await ben.type(" at the desk");
    await ben.isSaved();
    assert.ok(!(await ana.text(second)).includes("at the desk"));
    assert.ok(!(await ben.text(first)).includes("on the train"));

    await ana.page.context().setOffline(false);
    await ana.sees(second, "at the desk", { timeout: RECONNECTION });
    await ben.sees(first, "on the train", { timeout: RECONNECTION });
    await ana.isSaved({ timeout: RECONNECTION });

    // What was done alone can be taken back afterwards, and nothing else with it.
    await ben.edit(first);
    await ben.type(" and by ben");
    await ana.sees(first, "on the train and by ben");
    await ana.keyboard.press("Escape");
    await ana.keyboard.press("Control+z");
    await ben.lacks(first, "on the train");
    assert.ok((await ben.text(first)).endsWith(" and by ben"));
    assert.ok((await ana.text(second)).includes("at the desk"));
    await ana.keyboard.press("Control+Shift+z");
    await ben.sees(first, "on the train and by ben");
  });
});
