// A person who uses a standard Yjs provider: the same few verbs for both dialects.

import { HocuspocusProvider } from "@hocuspocus/provider";
import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

import { untilEvent } from "../../support/until.mjs";

/** The demo map that every new server holds. */
export const DEMO = "map/map-saas-eval";

/** Every root of a map's document (model/src/schema.rs). */
const ROOTS = [
  "frame", "personas", "stages", "steps", "lanes", "cards",
  "emotions", "pains", "opportunities", "metrics", "extra",
];

class Peer {
  constructor(provider, doc) {
    this.provider = provider;
    this.doc = doc;
    // Roots have to be named before their content can be looked at.
    for (const root of ROOTS) doc.getMap(root);
  }

  get awareness() {
    return this.provider.awareness;
  }

  cards() {
    return this.doc.getMap("cards");
  }

  title() {
    return this.doc.getMap("frame").get("title");
  }

  /** Everything in the document, as plain values. */
  content() {
    return Object.fromEntries(ROOTS.map((root) => [root, this.doc.getMap(root).toJSON()]));
  }

  /** What it has, by author, as plain values. */
  stateVector() {
    const entries = Y.decodeStateVector(Y.encodeStateVector(this.doc));
    return Object.fromEntries([...entries].sort(([a], [b]) => a - b));
  }

  /** Waits until the document is as `check` wants it. */
  sees(check, what) {
    return untilEvent(this.doc, "update", check, what);
  }

  /** Waits until somebody else's presence is as `check` wants it. */
  seesPresence(check, what) {
    const others = () => [...this.awareness.getStates().values()];
    return untilEvent(this.awareness, "change", () => others().some(check), what);
  }

  /** Waits until this peer's presence is known by nobody here any more. */
  seesGone(clientId, what) {
    return untilEvent(this.awareness, "change", () => !this.awareness.getStates().has(clientId), what);
  }

  /** Adds a card the way the product does: one keyed map with a text in it. */
  addCard(id, cell, text) {
    this.doc.transact(() => {
      const card = new Y.Map();
      card.set("cell", cell);
      card.set("pos", "zz");
      card.set("text", new Y.Text(text));
      this.cards().set(id, card);
    });
    return this.cards().get(id);
  }

  leave() {
    this.provider.destroy();
    // Its presence has a clock of its own, which y-websocket leaves running.
    this.doc.destroy();
  }
}

/** How to connect, by dialect. Each resolves when the first sync is done. */
export const dialects = {
  async "y-websocket"(test, server, { document = DEMO } = {}) {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(server.ws, document, doc, {
      WebSocketPolyfill: WebSocket,
      // Else peers in one process talk to each other past the server.
      disableBc: true,
    });
    const peer = new Peer(provider, doc);
    test.after(() => peer.leave());
    await untilEvent(provider, "sync", () => provider.synced, "the first sync of y-websocket");
    return peer;
  },

  async hocuspocus(test, server, { document = DEMO } = {}) {
    const doc = new Y.Doc();
    const provider = new HocuspocusProvider({
      url: server.ws,
      name: document,
      document: doc,
      token: "anything",
      WebSocketPolyfill: WebSocket,
    });
    const peer = new Peer(provider, doc);
    test.after(() => peer.leave());
    await untilEvent(provider, "synced", () => provider.isSynced, "the first sync of hocuspocus");
    return peer;
  },
};

/** How to be refused, by dialect. Each resolves when its provider was told no and believes it. */
export const refused = {
  "y-websocket"(test, server, document) {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(server.ws, document, doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
    });
    test.after(() => (provider.destroy(), doc.destroy()));
    return new Promise((resolve, reject) => {
      provider.on("sync", () => provider.synced && reject(new Error("it was let in")));
      // Only a close that says "do not come back" makes this event.
      provider.on("closed", ({ code }) =>
        code === 4404 ? resolve() : reject(new Error(`closed with ${code}`)),
      );
    });
  },

  hocuspocus(test, server, document) {
    return new Promise((resolve, reject) => {
      const provider = new HocuspocusProvider({
        url: server.ws,
        name: document,
        token: "anything",
        WebSocketPolyfill: WebSocket,
        onAuthenticationFailed: () => resolve(),
        onSynced: () => reject(new Error("it was let in")),
      });
      test.after(() => (provider.destroy(), provider.document.destroy()));
    });
  },
};

/** Waits until the server has said that everything of a Hocuspocus peer is durable. */
export function everythingSaved(peer) {
  return untilEvent(
    peer.provider,
    "unsyncedChanges",
    () => !peer.provider.hasUnsyncedChanges,
    "the acknowledgement of everything",
  );
}
