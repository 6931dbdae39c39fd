// What assistive technology is told about a map: the tree that the browser makes for it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { openMap } from "./support/map.mjs";
import { openBrowser } from "./support/people.mjs";

describe("the accessibility tree", { timeout: 240_000 }, () => {
  let browser;
  before(async () => (browser = await openBrowser()));
  after(() => browser.close());

  /** All nodes below a part of the page that are not ignored, in reading order. */
  async function tree(page, selector) {
    const session = await page.context().newCDPSession(page);
    const { root } = await session.send("DOM.getDocument", { depth: 0 });
    const { nodeId } = await session.send("DOM.querySelector", { nodeId: root.nodeId, selector });
    const { node } = await session.send("DOM.describeNode", { nodeId });
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const byId = new Map(nodes.map((one) => [one.nodeId, one]));
    const list = [];
    const walk = (one, depth) => {
      if (!one) return;
      if (!one.ignored) {
        const property = (name) => one.properties?.find((it) => it.name === name)?.value.value;
        list.push({
          role: one.role?.value,
          name: one.name?.value ?? "",
          level: property("level"),
          checked: property("checked"),
          depth,
          backend: one.backendDOMNodeId,
        });
      }
      for (const child of one.childIds ?? []) walk(byId.get(child), depth + 1);
    };
    walk(nodes.find((one) => one.backendDOMNodeId === node.backendNodeId), 0);
    return list;
  }

  const named = (list, role) => list.filter((one) => one.role === role).map(({ name }) => name);

  test("the grid is rows and cells with headers, positions and counts", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana");
    const list = await tree(map.page, "[role=grid]");
    const [grid] = list;
    assert.equal(grid.role, "grid");
    assert.match(grid.name, /^Journey map: I find one home/);

    const stages = await map.names(map.stages());
    const steps = await map.names(map.steps());
    const lanes = await map.names(map.lanes());
    const columns = named(list, "columnheader");
    assert.ok(columns.includes("Persona"));
    for (const stage of stages) {
      assert.ok(columns.some((name) => name.startsWith(`Stage ${stage}, `) && /\d steps?$/.test(name)), stage);
    }
    for (const step of steps) {
      assert.ok(columns.some((name) => name.startsWith(`Step ${step}`)), step);
    }
    const rows = named(list, "rowheader");
    for (const lane of lanes) {
      assert.ok(rows.some((name) => name.startsWith(`${lane}, `) && name.endsWith(" lane")), lane);
    }

    const counts = await map.page.evaluate(() => {
      const grid = document.querySelector("[role=grid]");
      const attribute = (element, name) => Number(element.getAttribute(name));
      return {
        rows: attribute(grid, "aria-rowcount"),
        columns: attribute(grid, "aria-colcount"),
        rowIndexes: [...grid.querySelectorAll("[role=row]")].map((row) => attribute(row, "aria-rowindex")),
        columnIndexes: [...grid.querySelectorAll("[role=gridcell][data-cell]")].map((cell) =>
          attribute(cell, "aria-colindex"),
        ),
      };
    });
    assert.equal(counts.rows, lanes.length + 2);
    assert.equal(counts.columns, steps.length + 2);
    assert.deepEqual(counts.rowIndexes, counts.rowIndexes.toSorted((a, b) => a - b));
    assert.ok(counts.columnIndexes.length > 0);
    assert.ok(counts.columnIndexes.every((index) => index >= 2 && index < counts.columns));

    const empty = named(list, "gridcell").filter((name) => name.endsWith(", empty"));
    assert.ok(empty.length > 0);
    for (const name of empty) {
      assert.ok(steps.some((step) => name.startsWith(`${step}, `)), name);
    }
    assert.ok(named(list, "group").some((name) => /^Pain point: .+, rank \d+$/.test(name)));
    assert.ok(named(list, "slider").some((name) => name === `How it feels: ${steps[0]}`));
  });

  test("the outline is headings from stage to step to lane, with lists and choices", async (t) => {
    const server = await startServer(t);
    const map = await openMap(t, browser, server, "Ana", { map: "map-saas-eval?view=outline" });
    const list = await tree(map.page, ".outline");
    const headings = list.filter(({ role }) => role === "heading");
    const at = (level) => headings.filter((one) => one.level === level).map(({ name }) => name);
    assert.deepEqual(at(2), ["Lanes", ...(await map.names(map.stages()))]);
    const steps = await map.names(map.steps());
    assert.deepEqual(at(3), steps);
    assert.ok(at(4).includes("Pain points"));
    for (const [index, { level }] of headings.entries()) {
      assert.ok(index === 0 || level <= headings[index - 1].level + 1, "no level is left out");
    }
    assert.deepEqual(
      named(list, "radiogroup"),
      steps.map((step) => `How it feels: ${step}`),
    );
    assert.equal(list.filter(({ role }) => role === "radio").length, 5 * steps.length);
    assert.ok(list.some(({ role, checked }) => role === "radio" && checked === "true"));
    assert.ok(named(list, "group").some((name) => /^Pain point: .+, rank \d+$/.test(name)));
    const items = await map.page.getByTestId("item").count();
    const listed = await map.page.locator("[role=list] > li > [data-testid=item]").count();
    assert.equal(listed, items, "every card is an item of a list");
    assert.ok(named(list, "button").some((name) => / empty: add /.test(name)));
  });
});
