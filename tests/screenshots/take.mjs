// Pictures of the demo maps for the README: `cargo xtask screenshots` runs this.
//
// The same code gives the same pictures: a fixed window, no motion, nobody else on the map.

import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

import { chromium } from "playwright-core";

import { startServer } from "../support/server.mjs";

/** More than this is too much for a repository, in bytes. */
const MOST = 3_000_000;

const MAPS = { saas: "map-saas-eval", claim: "map-claim" };
const SCHEMES = ["light", "dark"];
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** A picture's name, the window it is taken in, and what the address asks for. */
const VIEWS = [
  { name: "grid", viewport: DESK, ready: "[data-cell] [data-testid=item]" },
  { name: "outline", viewport: DESK, query: "?view=outline", ready: "[data-testid=outline] [data-testid=item]" },
  { name: "story", viewport: DESK, query: "?view=story", ready: "[data-testid=story] [data-testid=item]" },
  { name: "phone", viewport: PHONE, ready: "[data-testid=phone] [data-testid=item]" },
];

/** One picture, from a browser context of its own. */
async function take(browser, server, folder, [map, key], view, colorScheme) {
  const context = await browser.newContext({
    baseURL: server.http,
    viewport: view.viewport,
    deviceScaleFactor: 1,
    hasTouch: view.viewport === PHONE,
    isMobile: view.viewport === PHONE,
    colorScheme,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  await context.addInitScript(() => {
    localStorage.setItem("waymark.name", "Ana");
    localStorage.setItem("waymark.colour", "1");
  });
  const page = await context.newPage();
  await page.goto(`/map/${key}${view.query ?? ""}`);
  await page.locator(view.ready).first().waitFor();
  await page.locator('.save-state[data-state="saved"]').waitFor();
  await page.evaluate(() => document.fonts.ready);
  const png = await page.screenshot({ animations: "disabled", caret: "hide" });
  const file = `${map}-${view.name}-${colorScheme}.png`;
  await writeFile(path.join(folder, file), png);
  await context.close();
  return file;
}

async function main(folder) {
  const cleanups = [];
  const life = { after: (cleanup) => cleanups.push(cleanup) };
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) {
    if (file.endsWith(".png")) await rm(path.join(folder, file));
  }
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
  });
  let total = 0;
  try {
    const server = await startServer(life);
    for (const map of Object.entries(MAPS)) {
      for (const view of VIEWS) {
        for (const scheme of SCHEMES) {
          const file = await take(browser, server, folder, map, view, scheme);
          const { size } = await stat(path.join(folder, file));
          total += size;
          console.log(`${file}  ${Math.ceil(size / 1000)} kB`);
        }
      }
    }
  } finally {
    await browser.close();
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
  console.log(`${(total / 1e6).toFixed(1)} MB in all`);
  if (total > MOST) throw new Error("the pictures are too large for the repository");
}

await main(process.argv[2]);
