// Other people at the same map: Yjs documents that send their updates over sockets of their
// own. They do not apply what others send, so that this program costs the machine little.

import * as encoding from "lib0/encoding";
import WebSocket from "ws";
import { Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const KEYS_A_SECOND = 4;
/** How many letters somebody types before they go on to the next card. */
const LETTERS = 20;
const SYNC = 0;
const SYNC_UPDATE = 2;
const AWARENESS = 1;

/** The document as it is now. */
async function fetched(server, map) {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(server.ws, `map/${map}`, doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
  });
  await new Promise((done) => provider.once("sync", done));
  return { doc, provider };
}

function framed(head, bytes) {
  const encoder = encoding.createEncoder();
  for (const number of head) encoding.writeVarUint(encoder, number);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

/** Somebody with a name who types into one card after the other, beginning with the nth. */
async function typist(server, map, state, n) {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  const cards = doc.getMap("cards");
  const ids = [...cards.keys()].sort();
  const socket = new WebSocket(`${server.ws}/map/${map}`);
  await new Promise((done, failed) => socket.once("open", done).once("error", failed));
  const awareness = new Awareness(doc);
  let sent = 0;
  doc.on("update", (update) => {
    sent += 1;
    socket.send(framed([SYNC, SYNC_UPDATE], update));
  });
  const next = () => {
    const id = ids[(n * 7 + Math.floor(sent / LETTERS)) % ids.length];
    if (sent % LETTERS === 0) {
      const [step, lane] = cards.get(id).get("cell").split("/");
      const focus = { lane, step, item: `card-${id}`, typing: true };
      awareness.setLocalState({ name: `Typist ${n}`, colour: n % 8, focus });
      socket.send(framed([AWARENESS], encodeAwarenessUpdate(awareness, [doc.clientID])));
    }
    const text = cards.get(id).get("text");
    text.insert(text.length, "x");
  };
  let timer;
  let later;
  return {
    start: () => {
      later = setTimeout(
        () => (timer = setInterval(next, 1_000 / KEYS_A_SECOND)),
        (n * 37) % (1_000 / KEYS_A_SECOND),
      );
    },
    stop: () => {
      clearTimeout(later);
      clearInterval(timer);
      awareness.destroy();
      socket.close();
    },
    sent: () => sent,
  };
}

/** So many people who type into a card each, four letters a second, once started. */
export async function crowd(server, map, people) {
  const { doc, provider } = await fetched(server, map);
  const state = Y.encodeStateAsUpdate(doc);
  provider.destroy();
  const typists = [];
  for (let n = 0; n < people; n += 1) typists.push(await typist(server, map, state, n));
  return {
    start: () => typists.forEach(({ start }) => start()),
    stop: () => typists.forEach(({ stop }) => stop()),
    sent: () => typists.reduce((sum, { sent }) => sum + sent(), 0),
  };
}

/**
 * Somebody else changes a card that is seen, through the server; from the change there to
 * the change of the page, by the one clock of the machine both are on.
 */
export async function remote(page, server, map, times) {
  const { doc, provider } = await fetched(server, map);
  await page.evaluate(() => document.querySelector(".board").scrollTo(0, 0));
  const id = await page.locator("[data-card]").nth(2).getAttribute("data-card");
  const text = doc.getMap("cards").get(id).get("text");
  await page.evaluate((card) => {
    globalThis.seen = [];
    const place = document.querySelector(`[data-card="${card}"] .card-text`);
    new MutationObserver(() => {
      globalThis.seen.push(performance.timeOrigin + performance.now());
    }).observe(place, { characterData: true, childList: true, subtree: true });
  }, id);
  const took = [];
  for (let n = 0; n < times; n += 1) {
    const before = await page.evaluate(() => globalThis.seen.length);
    const begun = performance.timeOrigin + performance.now();
    text.insert(text.length, "y");
    await page.waitForFunction((count) => globalThis.seen.length > count, before);
    took.push((await page.evaluate((at) => globalThis.seen[at], before)) - begun);
  }
  provider.destroy();
  return took;
}
