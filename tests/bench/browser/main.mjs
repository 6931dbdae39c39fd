// Waymark, tldraw and Excalidraw with the same notes in the same Chromium, one after the
// other: what a person would feel, in numbers.

import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

import { chromium } from "playwright-core";

import { largeMap } from "../../support/large_map.mjs";
import { startServer, waymark } from "../../support/server.mjs";
import { crowd } from "./crowd.mjs";
import { frames, helpers, keystrokes, memory, shown } from "./measure.mjs";
import { HELP, options } from "./options.mjs";
import { EXCALIDRAW, bundle } from "./pages/build.mjs";
import { products } from "./products.mjs";
import { table, watching } from "./report.mjs";

/** How long a page is left alone after it is usable. */
const SETTLE = 2_000;

const endings = [];
const scope = { after: (end) => endings.push(end) };

try {
  const asked = options(process.argv.slice(2));
  if (asked.help) console.log(HELP);
  else await run(asked);
} catch (error) {
  console.error(`error: ${error.stack ?? error}`);
  process.exitCode = 1;
} finally {
  for (const end of endings.reverse()) await end();
  // The bundler's helper would keep it alive.
  process.exit();
}

async function run({ cards: sizes, rounds, only, people }) {
  const folder = await mkdtemp(path.join(tmpdir(), "waymark-bench-"));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  const places = { server: await prepared(folder, sizes), peers: await serve(folder) };
  const whiteboards = only.filter((name) => name !== "waymark");
  if (whiteboards.length > 0) {
    tell("bundling the whiteboards");
    await bundle(folder);
  }
  for (const cards of sizes) {
    const context = { ...places, cards };
    for (const name of whiteboards) {
      tell(`${cards} notes for ${products[name].title}`);
      const board = await saved(name, context);
      await writeFile(path.join(folder, `${name}-${cards}.json`), board);
    }
    const measured = Object.fromEntries(only.map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const name of only) {
        tell(`${cards} notes, round ${round + 1} of ${rounds}: ${products[name].title}`);
        measured[name].push(await measure(products[name], context));
      }
    }
    const titles = Object.fromEntries(only.map((name) => [name, products[name].title]));
    console.log(`\n${table(cards, measured, titles)}\n`);
  }
  if (people > 0 && only.includes("waymark")) {
    const pairs = [];
    for (let round = 0; round < rounds; round += 1) {
      tell(`${people} people type, round ${round + 1} of ${rounds}`);
      pairs.push(await watch({ ...places, cards: sizes[0] }, people));
    }
    console.log(`\n${watching(people, pairs)}`);
  }
}

function tell(words) {
  console.error(`· ${words}`);
}

/** Waymark's server with the maps. */
async function prepared(folder, sizes) {
  const data = path.join(folder, "data");
  for (const cards of sizes) {
    const file = path.join(folder, `${cards}.json`);
    await writeFile(file, JSON.stringify(largeMap({ id: `notes-${cards}`, cards })));
    await waymark("admin", "import", file, "--data", data);
  }
  return startServer(scope, { data });
}

/** Opens a page in a browser of its own. No page reaches further than this machine. */
async function open(address) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  await page.addInitScript(() => localStorage.setItem("waymark.name", "Ana"));
  await page.addInitScript(helpers);
  await page.goto(address, { waitUntil: "commit" });
  return { browser, page };
}

/** What a whiteboard keeps of a board with the notes. */
async function saved(name, context) {
  const product = products[name];
  const { browser, page } = await open(`${product.address(context)}&make`);
  try {
    await product.usable(page);
    await shown(page);
    return await page.evaluate(() => globalThis.bench.save());
  } finally {
    await browser.close();
  }
}

async function measure(product, context) {
  const { browser, page } = await open(product.address(context));
  try {
    await product.usable(page);
    const usable = await shown(page);
    await page.waitForTimeout(SETTLE);
    const scroll = await frames(page);
    const bytes = await memory(browser);
    await product.type(page);
    const keys = await keystrokes(page);
    await page.keyboard.press("Escape");
    const edits = await product.remote(page, context);
    return { usable, scroll, keys, edits, bytes };
  } finally {
    await browser.close();
  }
}

/** One who watches and types a little, first alone, then while others type. */
async function watch(context, people) {
  const { browser, page } = await open(products.waymark.address(context));
  const typists = await crowd(context.server, `notes-${context.cards}`, people);
  try {
    await products.waymark.usable(page);
    await page.waitForTimeout(SETTLE);
    const felt = async () => {
      const scroll = await frames(page);
      await products.waymark.type(page);
      const keys = await keystrokes(page);
      await page.keyboard.press("Escape");
      return { scroll, keys };
    };
    const alone = await felt();
    typists.start();
    const beside = await felt();
    return { alone, beside, sent: typists.sent() };
  } finally {
    typists.stop();
    await browser.close();
  }
}

/** The whiteboards' pages on a free port. */
async function serve(folder) {
  const types = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".woff2": "font/woff2",
  };
  const server = createServer(async (request, response) => {
    const name = path.normalize(new URL(request.url, "http://x").pathname);
    const base = name.startsWith("/fonts/") ? EXCALIDRAW : folder;
    try {
      const body = await readFile(path.join(base, name));
      const type = types[path.extname(name)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  scope.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}
