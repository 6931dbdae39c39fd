// The Yjs half of `cargo xtask differential`: replicas that do as they are told.
//
// One line in, one line out. A line in is a JSON list of cases, each `[case, commands]`;
// a line out is a list of `[case, answers]`, each answer the one of its command.

import { readSync, writeSync } from "node:fs";

import * as Y from "yjs";

const ROOTS = ["text", "list", "map", "xml"];
// The same words and values as in tests/fuzz/src/ops.rs; they need not be, but it is easier to read.
const WORDS = [
  "a", "hello", " ", "\u{1f30a}", "x\u{1f600}y", "\u{fc}", "e\u{301}",
  "\u{1f468}\u{200d}\u{1f469}", "\n", "\u{5e9}\u{5dc}", "zz", "\u{4e16}\u{754c}",
];
const VALUES = [
  null, true, false, 0, -1, 70_000, 3.25, Number.MAX_SAFE_INTEGER, "", "text \u{1f30a}",
  Uint8Array.of(0, 255, 7), [1, null, "x"], { k: [true] }, -0.5,
];
const FORMATS = [
  { b: true }, { b: true }, { b: null }, { i: true }, { i: null }, { c: "red" }, { c: "blue" }, { c: null },
];

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const word = (number) => WORDS[number % WORDS.length];
const value = (number) => VALUES[number % VALUES.length];

class Replica {
  constructor(clientID, gc) {
    this.doc = new Y.Doc({ gc });
    this.doc.clientID = clientID;
    this.made = [];
    this.doc.on("update", (update, origin) => {
      // What it does itself, its own cleaning up after others included.
      if (origin !== "remote") this.made.push(hex(update));
    });
    this.roots = [
      this.doc.getText("text"), this.doc.getArray("list"), this.doc.getMap("map"), this.doc.getXmlFragment("xml"),
    ];
    this.undo = new Y.UndoManager(this.roots, { captureTimeout: 0, trackedOrigins: new Set(["me"]) });
  }

  do([name, argument]) {
    switch (name) {
      case "op":
        this.doc.transact(() => act(this.roots, argument), "me");
        return this.taken();
      case "undo":
        this.undo.undo();
        return this.taken();
      case "redo":
        this.undo.redo();
        return this.taken();
      case "apply":
        Y.applyUpdate(this.doc, bytes(argument), "remote");
        return this.taken();
      case "sv":
        return hex(Y.encodeStateVector(this.doc));
      case "diff":
        return hex(Y.encodeStateAsUpdate(this.doc, bytes(argument)));
      case "view":
        return this.view();
    }
    throw new Error(`unknown command ${name}`);
  }

  taken() {
    return this.made.splice(0);
  }

  view() {
    const { store } = this.doc;
    return {
      content: [runs(this.roots[0]), this.roots[1].toArray().map(plain), entries(this.roots[2]), this.roots[3].toArray().map(plain)],
      state: [...Y.decodeStateVector(Y.encodeStateVector(this.doc))].sort(([a], [b]) => a - b),
      deleted: [...Y.createDeleteSetFromStructStore(store).clients]
        .map(([client, ranges]) => [client, ranges.map(({ clock, len }) => [clock, clock + len])])
        .sort(([a], [b]) => a - b),
      pending: store.pendingStructs !== null || store.pendingDs !== null,
    };
  }
}

/** Does one operation; the numbers are those of `Op` in tests/fuzz/src/ops.rs. */
function act(roots, [root, first, second, kind, at, len, which]) {
  let place = roots[root % roots.length];
  for (const step of [first, second]) {
    const below = step < 96 ? [] : children(place);
    if (below.length === 0) break;
    place = below[step % below.length];
  }
  if (place instanceof Y.XmlElement) inElement(place, kind, at, len, which);
  else if (place instanceof Y.XmlFragment) inXml(place, kind, at, which);
  else if (place instanceof Y.Text) inText(place, kind, at, len, which);
  else if (place instanceof Y.Array) inArray(place, kind, at, len, which);
  else inMap(place, kind, at, len, which);
}

function inText(text, kind, at, len, which) {
  const places = boundaries(text);
  const from = at % places.length;
  const to = Math.min(from + 1 + (len % 6), places.length - 1);
  const index = places[from];
  const length = Math.max(places[to] - index, 0);
  kind %= 12;
  if (kind < 5) text.insert(index, word(which));
  else if (kind < 7 && length > 0) text.delete(index, length);
  else if ((kind === 7 || kind === 8) && length > 0) text.format(index, length, FORMATS[which % 8]);
  else if (kind === 9) text.insert(index, word(which), FORMATS[which % 8]);
  else if (kind === 10) text.insertEmbed(index, { e: which % 4 });
  else if (kind === 11 && which % 4 === 0) text.insertEmbed(index, new Y.Map([["in", "text"]]));
}

function inArray(array, kind, at, len, which) {
  const index = at % (array.length + 1);
  kind %= 8;
  if (kind < 4) {
    array.insert(index, Array.from({ length: 1 + (len % 3) }, (_, more) => value((which + more) % 256)));
  } else if (kind < 6) {
    if (index < array.length) array.delete(index, Math.min(1 + (len % 3), array.length - index));
  } else array.insert(index, [shared(which, len)]);
}

function inMap(map, kind, at, len, which) {
  const key = `k${at % 5}`;
  kind %= 8;
  if (kind < 4) map.set(key, value(which));
  else if (kind < 6) map.set(key, shared(which, len));
  else map.delete(key);
}

function inXml(parent, kind, at, which) {
  const index = at % (parent.length + 1);
  kind %= 6;
  if (kind < 2) parent.insert(index, [new Y.XmlElement(["p", "em", "h1"][which % 3])]);
  else if (kind < 4) parent.insert(index, [new Y.XmlText(word(which))]);
  else if (kind === 4 && index < parent.length) parent.delete(index, 1);
}

function inElement(element, kind, at, len, which) {
  const name = `a${at % 3}`;
  if (kind % 8 === 6) element.setAttribute(name, word(which));
  else if (kind % 8 === 7) element.removeAttribute(name);
  else inXml(element, kind, at, which);
}

function shared(which, len) {
  switch (which % 6) {
    case 0:
    case 1:
      return new Y.Text(word(len));
    case 2:
      return Y.Array.from([1, 2]);
    case 3:
      return new Y.Map([["k0", "in"]]);
    case 4:
      return new Y.Map();
    default:
      return new Y.Array();
  }
}

function children(place) {
  if (place instanceof Y.XmlText) return [];
  if (place instanceof Y.XmlFragment) return place.toArray().filter((child) => !(child instanceof Y.XmlHook));
  let values = [];
  if (place instanceof Y.Text) values = place.toDelta().map(({ insert }) => insert);
  else if (place instanceof Y.Array) values = place.toArray();
  else if (place instanceof Y.Map) values = [...place.keys()].sort().map((key) => place.get(key));
  return values.filter((child) => child instanceof Y.Text || child instanceof Y.Array || child instanceof Y.Map);
}

/** The indices at which a text may be cut without cutting a letter. */
function boundaries(text) {
  const places = [0];
  let at = 0;
  for (const { insert } of text.toDelta()) {
    for (const letter of typeof insert === "string" ? insert : [" "]) {
      at += letter.length;
      places.push(at);
    }
  }
  return places;
}

// The same form as tests/fuzz/src/view.rs.

function runs(text) {
  const merged = [];
  for (const { insert, attributes } of text.toDelta()) {
    const format = Object.fromEntries(
      Object.entries(attributes ?? {}).filter(([, set]) => set !== null).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const last = merged.at(-1);
    const same = last && JSON.stringify(last[1]) === JSON.stringify(format);
    if (same && typeof insert === "string" && typeof last[0] === "string") last[0] += insert;
    else merged.push([typeof insert === "string" ? insert : { E: plain(insert) }, format]);
  }
  return merged;
}

function entries(map) {
  return Object.fromEntries([...map.entries()].map(([key, inner]) => [key, plain(inner)]));
}

function plain(item) {
  if (item instanceof Y.XmlElement) {
    const named = Object.fromEntries(Object.entries(item.getAttributes()).map(([name, set]) => [name, plain(set)]));
    return { X: [item.nodeName, named, item.toArray().map(plain)] };
  }
  if (item instanceof Y.XmlFragment) return { F: item.toArray().map(plain) };
  if (item instanceof Y.Text) return { T: runs(item) };
  if (item instanceof Y.Array) return { A: item.toArray().map(plain) };
  if (item instanceof Y.Map) return { M: entries(item) };
  if (item === undefined) return { U: 0 };
  if (item instanceof Uint8Array) return { B: hex(item) };
  if (Array.isArray(item)) return item.map(plain);
  if (item !== null && typeof item === "object") {
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, plain(inner)]));
  }
  return item;
}

/** The replicas of each case that is under way. */
const cases = new Map();

function handle([id, commands]) {
  const replicas = cases.get(id) ?? new Map();
  cases.set(id, replicas);
  const answers = commands.map(([name, who, ...rest]) => {
    if (name === "new") {
      replicas.set(who, new Replica(...rest));
      return null;
    }
    if (name === "merge") return hex(Y.mergeUpdates(rest[0].map(bytes)));
    try {
      return replicas.get(who).do([name, ...rest]);
    } catch (error) {
      return { error: `${name}: ${error.stack}` };
    }
  });
  return [id, answers];
}

// Plain blocking reads: there is nothing else to do meanwhile, and it is quicker.
const block = Buffer.alloc(1 << 20);
let parts = [];
for (;;) {
  const read = readSync(0, block);
  if (read === 0) break;
  let from = 0;
  for (let end = block.indexOf(10); end !== -1 && end < read; end = block.indexOf(10, from)) {
    parts.push(Buffer.from(block.subarray(from, end)));
    const line = JSON.parse(Buffer.concat(parts).toString());
    // Every case that goes on is in every line.
    const going = new Set(line.map(([id]) => id));
    for (const id of cases.keys()) if (!going.has(id)) cases.delete(id);
    parts = [];
    from = end + 1;
    let answer = Buffer.from(`${JSON.stringify(line.map(handle))}\n`);
    while (answer.length > 0) answer = answer.subarray(writeSync(1, answer));
    if (from >= read) break;
  }
  if (from < read) parts.push(Buffer.from(block.subarray(from, read)));
}
