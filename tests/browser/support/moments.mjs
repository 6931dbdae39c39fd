// Moments of a test as pictures, for whoever wants to look: SCREENSHOTS names a folder.

import { mkdir } from "node:fs/promises";
import path from "node:path";

const folder = process.env.SCREENSHOTS;

/** What somebody sees now, by day and by night. Costs nothing unless it is asked for. */
export async function moment(page, name) {
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => document.fonts.ready);
    const file = path.join(folder, `${name}-${colorScheme}.png`);
    await page.screenshot({ path: file, animations: "disabled" });
  }
  await page.emulateMedia({ colorScheme: null });
}
