// What a machine can find out about accessibility.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * A cell's name says where it is; its cards have names of their own. axe takes a cell for a
 * control with a label of its own and misses the cards' words in its name.
 */
const isCellOfCards = (rule, node) =>
  rule === "label-content-name-mismatch" && node.html.includes('role="gridcell"');

/** An avatar shows initials, and its name has them in brackets: "Ana (AN)". axe reads past brackets. */
const isNamedWithInitials = (rule, node) =>
  rule === "label-content-name-mismatch" &&
  /aria-label="[^"]*\((\p{L}+)\)[^"]*"[^]*>\1</u.test(node.html);

/** The serious findings of a page, or of what a selector finds in it, one line each. */
export async function findings(page, within) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    ([tags, part]) =>
      // What passes is found and not told of: a page has thousands of elements that do.
      globalThis.axe.run(part ?? document, { runOnly: tags, resultTypes: ["violations"] }),
    [TAGS, within],
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes
        .filter((node) => !isCellOfCards(id, node) && !isNamedWithInitials(id, node))
        .map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.html.slice(0, 200)}`),
    );
}
