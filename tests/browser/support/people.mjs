// People at their browsers: each in a context of their own, with a name.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

/** Pictures of what was to be seen when a test failed; not committed. */
const SHOTS = fileURLToPath(new URL("../shots", import.meta.url));

/** How long a person waits for anything before giving up on it. */
export const PATIENCE = 10_000;

/** Starts the browser once for a file of tests. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * A person's own browser context and page. What goes wrong in the page fails the test, and a
 * failing test leaves a picture.
 */
export async function person(test, browser, server, name, options = {}) {
  const context = await browser.newContext({
    baseURL: server.http,
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  if (name) {
    await context.addInitScript((value) => localStorage.setItem("waymark.name", value), name);
  }
  await context.addInitScript(pageHelpers);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`${name}: ${error.message}`));
  test.after(async () => {
    await picture(page, `${test.name} ${name ?? "stranger"}`);
    await context.close();
    if (faults.length > 0) throw new Error(`the page had faults: ${faults.join("; ")}`);
  });
  return page;
}

/** What tests ask inside of pages. It travels as text: it can use nothing from here. */
function pageHelpers() {
  globalThis.textOfCard = (id) => {
    const card = document.querySelector(`[data-card="${id}"]`);
    return card?.querySelector("textarea")?.value ?? card?.querySelector(".card-text")?.innerText;
  };
}

/** What is to be seen now, as a file. */
export async function picture(page, title) {
  await mkdir(SHOTS, { recursive: true });
  const file = `${title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 100)}.png`;
  // A page that is gone or stuck must not hide why the test failed.
  await page.screenshot({ path: path.join(SHOTS, file), timeout: 5_000 }).catch(() => {});
}
