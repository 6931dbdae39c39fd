// Standard Yjs clients, unchanged from npm, against the real server.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { dialects, everythingSaved, refused } from "./support/peers.mjs";

const pairs = [
  ["y-websocket", "y-websocket"],
  ["y-websocket", "hocuspocus"],
  ["hocuspocus", "y-websocket"],
  ["hocuspocus", "hocuspocus"],
];

describe("a standard client", { timeout: 60_000 }, () => {
  for (const [name, connect] of Object.entries(dialects)) {
    test(`reads the whole demo map through ${name}`, async (t) => {
      const server = await startServer(t);
      const peer = await connect(t, server);
      assert.equal(peer.title().toString(), "I find one home for my team's know-how");
      const content = peer.content();
      assert.equal(content.frame.schema, 1);
      assert.equal(Object.keys(content.lanes).length, 13);
      assert.ok(Object.keys(content.stages).length >= 3);
      assert.ok(Object.keys(content.steps).length >= 10);
      assert.ok(Object.keys(content.cards).length >= 50);
      for (const [id, card] of Object.entries(content.cards)) {
        const [step, lane] = card.cell.split("/");
        assert.ok(content.steps[step], `${id} is at a step that exists`);
        assert.ok(content.lanes[lane], `${id} is in a lane that exists`);
      }
    });

    test(`is told that an unknown map is not there, through ${name}`, async (t) => {
      const server = await startServer(t);
      const before = await (await fetch(`${server.http}/api/maps`)).json();
      await refused[name](t, server, "map/nobody-made-this");
      const after = await (await fetch(`${server.http}/api/maps`)).json();
      assert.equal(after.length, before.length, "asking for a map does not make it");
      const peer = await connect(t, server);
      assert.ok(peer.cards().size > 0, "the server goes on as before");
    });
  }

  for (const [first, second] of pairs) {
    test(`${first} and ${second} see each other's edits`, async (t) => {
      const server = await startServer(t);
      const ana = await dialects[first](t, server);
      const ben = await dialects[second](t, server);
      const [id, card] = [...ana.cards().entries()][0];

      const before = card.get("text").toString();
      card.get("text").insert(0, "🧭 first ");
      const expected = `🧭 first ${before}`;
      const bens = () => ben.cards().get(id).get("text");
      await ben.sees(() => bens().toString() === expected, "ana's text at ben's");

      // Offsets are in UTF-16 units everywhere: right behind the emoji is 2.
      bens().insert(2, "→");
      await ana.sees(() => card.get("text").toString() === `🧭→ first ${before}`, "ben's text at ana's");

      ben.addCard("card-from-ben", card.get("cell"), "Grüße 👩‍👩‍👧 from ben");
      await ana.sees(() => ana.cards().has("card-from-ben"), "ben's card at ana's");
      assert.equal(ana.cards().get("card-from-ben").get("text").toString(), "Grüße 👩‍👩‍👧 from ben");
      assert.deepEqual(ana.content(), ben.content());
      assert.deepEqual(ana.stateVector(), ben.stateVector());
    });

    test(`${second} sees who is here and who has left, from ${first}`, async (t) => {
      const server = await startServer(t);
      const ben = await dialects[second](t, server);
      const ana = await dialects[first](t, server);
      ana.awareness.setLocalStateField("user", { name: "Ana", color: "#5B7DB1" });
      await ben.seesPresence((state) => state.user?.name === "Ana", "ana's presence at ben's");
      const id = ana.doc.clientID;
      ana.leave();
      await ben.seesGone(id, "ana's absence at ben's");
    });
  }

  test("edits at the same place at the same moment end equal in both dialects", async (t) => {
    const server = await startServer(t);
    const ana = await dialects["y-websocket"](t, server);
    const ben = await dialects.hocuspocus(t, server);
    const id = [...ana.cards().keys()][0];
    for (let round = 0; round < 50; round += 1) {
      ana.cards().get(id).get("text").insert(0, `a${round} `);
      ben.cards().get(id).get("text").insert(0, `b${round} `);
      if (round % 10 === 9) await new Promise(setImmediate);
    }
    const text = (peer) => peer.cards().get(id).get("text").toString();
    const complete = (peer) => () => text(peer).includes("a49 ") && text(peer).includes("b49 ");
    await Promise.all([
      ana.sees(complete(ana), "everything at ana's"),
      ben.sees(complete(ben), "everything at ben's"),
    ]);
    assert.equal(text(ana), text(ben));
    for (let round = 0; round < 50; round += 1) {
      assert.equal(text(ana).split(`a${round} `).length, 2, `a${round} once`);
      assert.equal(text(ana).split(`b${round} `).length, 2, `b${round} once`);
    }
    await everythingSaved(ben);
  });
});
