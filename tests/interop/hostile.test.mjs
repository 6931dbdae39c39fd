// Bytes that are not the protocol cost only whoever sends them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import WebSocket from "ws";

import { startServer } from "../support/server.mjs";
import { DEMO, dialects, everythingSaved } from "./support/peers.mjs";

const MIB = 1024 * 1024;

/** What is sent, and the codes of which one must come back. */
const attacks = {
  "a frame that is not the protocol": { bytes: Buffer.from([0xff, 0xff, 0xff, 0xff]), codes: [4400] },
  "an update of random bytes": { bytes: Buffer.from([0, 2, 5, 1, 2, 3, 4, 5]), codes: [4400] },
  "an update that claims billions of entries": {
    bytes: Buffer.from([0, 2, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]),
    codes: [4400],
  },
  "a text frame": { bytes: "hello", codes: [4400, 1003] },
  "a frame over every limit": { bytes: Buffer.alloc(17 * MIB), codes: [4413, 1009] },
};

describe("bytes from outside", { timeout: 60_000 }, () => {
  for (const [name, { bytes, codes }] of Object.entries(attacks)) {
    test(`${name} closes that connection and nobody else's`, async (t) => {
      const server = await startServer(t);
      const ana = await dialects.hocuspocus(t, server);
      const before = ana.content();
      const code = await new Promise((resolve) => {
        const socket = new WebSocket(`${server.ws}/${DEMO}`);
        socket.on("open", () => socket.send(bytes));
        socket.on("close", resolve);
        // Writing into a connection that is already closed is part of the attack.
        socket.on("error", () => {});
      });
      assert.ok(codes.includes(code), `closed with ${code}, expected one of ${codes}`);

      const id = [...ana.cards().keys()][0];
      ana.cards().get(id).get("text").insert(0, "still here ");
      await everythingSaved(ana);
      const ben = await dialects["y-websocket"](t, server);
      assert.equal(ben.cards().size, Object.keys(before.cards).length);
      assert.deepEqual(ben.content(), ana.content());
    });
  }
});
