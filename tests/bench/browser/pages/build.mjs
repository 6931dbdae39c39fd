// Bundles the whiteboards' pages, as their makers recommend: minified, for production.

import { build } from "esbuild";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Where Excalidraw keeps what it fetches while it runs. */
export const EXCALIDRAW = path.join(here, "../node_modules/@excalidraw/excalidraw/dist/prod");

/** Writes `NAME.html`, `NAME.js` and `NAME.css` of both into a folder. */
export async function bundle(folder) {
  const names = ["tldraw", "excalidraw"];
  await build({
    entryPoints: names.map((name) => path.join(here, `${name}.jsx`)),
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"', "process.env.IS_PREACT": '"false"' },
    loader: { ".woff2": "file", ".svg": "dataurl" },
    conditions: ["production"],
    logLevel: "error",
  });
  for (const name of names) {
    const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="${name}.css"><script>EXCALIDRAW_ASSET_PATH = "/";</script><div id="root"></div><script type="module" src="${name}.js"></script>`;
    await writeFile(path.join(folder, `${name}.html`), page);
  }
}
