// Texts that would be programs if anybody parsed them as markup, in every field of a map, sent
// by a client that is not ours: nothing of them runs in anybody's browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import * as Y from "yjs";

import { dialects, everythingSaved } from "../interop/support/peers.mjs";
import { startServer } from "../support/server.mjs";
import { MapPage, openMap } from "./support/map.mjs";
import { openBrowser, person } from "./support/people.mjs";

/** Each would call `ran` if a page took it for more than letters. */
const MARKUP = [
  `<script>ran("script")</script>`,
  `"><img src=x onerror='ran("img")'>`,
  `' onmouseover='ran("attribute")' x='`,
  `<svg onload=ran("svg")><animate onbegin=ran("begin")></svg>`,
  `</textarea></title></style><iframe srcdoc="<script>parent.ran('frame')</script>">`,
  `<math><mtext><style><img src=x onerror=ran("mutation")></style>`,
  `]]>\${ran("template")}{{ran("mustache")}}`,
  `javascript:ran("address")`,
].join(" ");

/** Addresses that a link must never lead to. */
const ADDRESSES = [
  `javascript:ran("link")`,
  `\u0001java\tscript:ran("control")`,
  `JaVaScRiPt:ran("case")`,
  `data:text/html,<script>opener.ran("data")</script>`,
  `vbscript:ran("vb")`,
  `//evil.example/x`,
];

/** Fields that say where a thing is: with other words the thing would not be shown at all. */
const PLACES = new Set(["pos", "cell", "stage", "step", "steps", "lane", "span_to", "group", "deleted", "persona", "from", "to", "schema"]);

const ROOTS = ["personas", "stages", "steps", "lanes", "cards", "pains", "opportunities", "metrics", "connectors", "groups"];

/** Says the markup in every text, and in every word that is none of the places. */
function poison(entity) {
  for (const [key, value] of [...entity.entries()]) {
    if (value instanceof Y.Text) value.insert(0, MARKUP);
    else if (value instanceof Y.Map) poison(value);
    else if (typeof value === "string" && !PLACES.has(key)) entity.set(key, MARKUP);
    else if (Array.isArray(value) && !PLACES.has(key)) entity.set(key, [MARKUP]);
  }
}

/** Details whose letters and links are both hostile. */
function poisonDetails(doc, name) {
  const details = doc.getText(name);
  details.insert(0, `${MARKUP}\n`, {});
  for (const address of ADDRESSES) details.insert(0, "a link ", { link: address });
}

/** Notes in a page what ran, what its policy refused, and who tried to lead it away. */
function watch() {
  globalThis.happened = [];
  globalThis.ran = (what) => globalThis.happened.push(`ran: ${what}`);
  for (const name of ["alert", "confirm", "prompt"]) globalThis[name] = (text) => globalThis.ran(text);
  addEventListener("securitypolicyviolation", (event) =>
    globalThis.happened.push(`refused: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
  );
}

/** That nothing of what a stranger wrote became a part of the page. */
async function isHarmless(page, where) {
  const found = await page.evaluate(() => ({
    happened: globalThis.happened,
    // What the markup would have become.
    planted: document.querySelectorAll("iframe, math, animate, img[src=x], body script, [onmouseover], [onload], [onerror]").length,
    links: [...document.querySelectorAll("a[href]")].map((link) => new URL(link.href)).filter(({ protocol, host }) => !["http:", "https:", "mailto:"].includes(protocol) || host === "evil.example").map(String),
    address: location.pathname,
  }));
  assert.deepEqual(found, { happened: [], planted: 0, links: [], address: found.address }, where);
  assert.match(found.address, /^\/(map\/.*)?$/, where);
}

describe("what strangers write", { timeout: 120_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  test("is letters in every view, and no program in any", async (t) => {
    const server = await startServer(t);
    const stranger = await dialects.hocuspocus(t, server);
    const first = (root) => [...stranger.doc.getMap(root).keys()][0];
    const [card, pain, step, stage] = ["cards", "pains", "steps", "stages"].map(first);
    stranger.doc.transact(() => {
      poison(stranger.doc.getMap("frame"));
      for (const root of ROOTS) stranger.doc.getMap(root).forEach(poison);
      const things = [`cards/${card}`, `pains/${pain}`, `steps/${step}`, `stages/${stage}`];
      for (const thing of things) poisonDetails(stranger.doc, `details/${thing}`);
    });
    stranger.awareness.setLocalStateField("user", { name: MARKUP, color: `red;background:url(javascript:ran("style"))` });
    stranger.awareness.setLocalStateField("focus", { kind: "card", id: card, name: MARKUP });
    await everythingSaved(stranger);

    const page = await person(t, browser, server, "Ana");
    await page.addInitScript(watch);
    page.on("dialog", (dialog) => assert.fail(`a dialog opened: ${dialog.message()}`));
    await page.goto("/");
    await page.getByText("onmouseover").filter({ visible: true }).first().waitFor();
    await isHarmless(page, "the list of maps");

    await page.goto("/map/map-saas-eval");
    const map = new MapPage(page);
    await map.isOpen();
    await map.card(card).getByText("onmouseover").filter({ visible: true }).first().waitFor();
    await isHarmless(page, "the grid");
    await map.openDetails(card);
    await page.getByTestId("details").getByText("a link").first().waitFor();
    await isHarmless(page, "the drawer");
    await page.keyboard.press("Escape");

    for (const [query, mark] of [["view=outline", "outline"], ["view=story", "story"]]) {
      await page.goto(`/map/map-saas-eval?${query}`);
      await page.getByTestId(mark).getByText("onmouseover").filter({ visible: true }).first().waitFor();
      await isHarmless(page, mark);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto("/map/map-saas-eval");
    await page.getByText("onmouseover").filter({ visible: true }).first().waitFor();
    await isHarmless(page, "the phone");

    // What one may do with it is not refused: a file with all of it can be read again.
    const file = await fetch(`${server.http}/api/maps/map-saas-eval/export?format=json`);
    assert.equal(file.status, 200);
    assert.match(file.headers.get("content-type"), /^application\/json/);
  });
});
