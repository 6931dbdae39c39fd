// What a standard client was told is saved survives the server's sudden end.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as Y from "yjs";

import { startServer, waymark } from "../support/server.mjs";
import { dialects, everythingSaved } from "./support/peers.mjs";

describe("the embedded store", { timeout: 60_000 }, () => {
  test("still has after kill -9 what a Hocuspocus client was told is saved", async (t) => {
    const server = await startServer(t);
    const ana = await dialects.hocuspocus(t, server);
    const id = [...ana.cards().keys()][0];
    await everythingSaved(ana);

    ana.cards().get(id).get("text").insert(0, "kept 🗝 ");
    assert.equal(ana.provider.hasUnsyncedChanges, true, "an edit is not saved at once");
    await everythingSaved(ana);
    await server.kill();
    const content = ana.content();
    ana.leave();

    const again = await startServer(t, { data: server.data });
    for (const connect of Object.values(dialects)) {
      const peer = await connect(t, again);
      assert.deepEqual(peer.content(), content);
    }
  });

  test("takes back, after kill -9, what it had not yet saved", async (t) => {
    const server = await startServer(t);
    const ana = await dialects.hocuspocus(t, server);
    const id = [...ana.cards().keys()][0];
    await everythingSaved(ana);
    await server.kill();
    // Written while nobody listens.
    ana.cards().get(id).get("text").insert(0, "offline ");

    const again = await startServer(t, { data: server.data, listen: server.listen });
    const ben = await dialects["y-websocket"](t, again);
    await ben.sees(
      () => ben.cards().get(id).get("text").toString().startsWith("offline "),
      "the offline edit, brought back by ana's own reconnection",
    );
    await everythingSaved(ana);
    assert.deepEqual(ana.content(), ben.content());
  });

  test("gives a fresh client the same document byte by byte of content", async (t) => {
    const server = await startServer(t);
    const ana = await dialects.hocuspocus(t, server);
    const cell = [...ana.cards().values()][0].get("cell");
    ana.addCard("card-of-ana", cell, "one ✨ two");
    ana.cards().get("card-of-ana").get("text").delete(4, 1);
    await everythingSaved(ana);
    const ben = await dialects["y-websocket"](t, server);
    assert.deepEqual(ben.stateVector(), ana.stateVector());
    assert.deepEqual(ben.content(), ana.content());

    // And a document made from ana's bytes alone says the same.
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(ben.doc));
    assert.deepEqual(copy.getMap("cards").toJSON(), ana.content().cards);
  });

  test("exports what clients see, and opening a map changes nothing", async (t) => {
    const server = await startServer(t);
    await server.stop();
    const untouched = await waymark("admin", "export", "map-saas-eval", "--data", server.data);

    const second = await startServer(t, { data: server.data });
    const reader = await dialects["y-websocket"](t, second);
    assert.ok(reader.cards().size > 0);
    reader.leave();
    await second.stop();
    const afterReading = await waymark("admin", "export", "map-saas-eval", "--data", server.data);
    assert.equal(afterReading, untouched, "reading is not a change");

    const third = await startServer(t, { data: server.data });
    const ana = await dialects.hocuspocus(t, third);
    const cell = [...ana.cards().values()][0].get("cell");
    ana.addCard("card-of-ana", cell, "written with a standard client 🌲");
    await everythingSaved(ana);
    await third.stop();
    const afterWriting = await waymark("admin", "export", "map-saas-eval", "--data", server.data);
    assert.ok(afterWriting.includes("written with a standard client 🌲"));
  });
});
