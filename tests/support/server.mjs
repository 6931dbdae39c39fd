// The real server as a child process, on a free port of the loopback, with a folder of its own.

import { spawn, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const target =
  process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
const program = process.env.SERVER_UNDER_TEST ?? path.join(target, "release", "waymark");
const web = process.env.PAGE_UNDER_TEST ?? path.join(target, "web", "release");

/** The server's settings come from its flags alone, whatever is set around the tests. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("WAYMARK_")),
);

/** How long a server may take until it answers; it creates the demo maps on its first start. */
const READY_WITHIN = 30_000;

const endings = new WeakMap();

/** Does something when the test is over, the newest first: a server goes before its folder. */
function atEnd(test, end) {
  const known = endings.get(test);
  if (known) return void known.push(end);
  const all = [end];
  endings.set(test, all);
  test.after(async () => {
    for (const end of all.reverse()) await end();
  });
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(test) {
  const folder = await mkdtemp(path.join(tmpdir(), "waymark-test-"));
  atEnd(test, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Starts a server; it is killed at the end of the test if it still runs. `settings` has more of
 * its settings, by their names.
 */
export async function startServer(
  test,
  { data, listen = "127.0.0.1:0", accounts = false, settings = {} } = {},
) {
  const more = Object.entries(accounts ? { sign_in: "accounts", ...settings } : settings).map(
    ([name, value]) => [`WAYMARK_${name.toUpperCase()}`, value],
  );
  const folder = data ?? (await temporaryFolder(test));
  const child = spawn(
    program,
    ["serve", "--web", web, "--data", folder, "--listen", listen],
    // Its own folder also keeps it from reading a waymark.toml that lies about.
    {
      cwd: folder,
      env: { ...env, ...Object.fromEntries(more) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const server = new Server(child, folder);
  atEnd(test, () => server.kill());
  await server.ready();
  return server;
}

/** Runs a command of the server's program to its end and returns what it printed. */
export async function waymark(...words) {
  const { stdout } = await promisify(execFile)(program, words, { env, maxBuffer: 1 << 26 });
  return stdout;
}

class Server {
  #child;
  #log = [];
  #exited;

  constructor(child, data) {
    this.#child = child;
    this.data = data;
    this.#exited = new Promise((resolve) => child.once("exit", resolve));
  }

  /** What it has printed so far. */
  get log() {
    return this.#log.join("\n");
  }

  /** The link that makes the first administrator, as it printed it. */
  get setupLink() {
    return this.log.match(/http:\/\/\S+\/setup#[\w-]+/)?.[0];
  }

  /** Waits for the line with the address. */
  async ready() {
    const address = new Promise((resolve) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
          this.#log.push(line);
          const found = line.match(/ready on (http:\/\/[\d.]+:\d+)/);
          if (found) resolve(found[1]);
        });
      }
    });
    const failed = new Promise((_, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code) =>
        reject(new Error(`the server ended (${code}) before it was ready:\n${this.log}`)),
      );
      setTimeout(
        () => reject(new Error(`the server was not ready in time:\n${this.log}`)),
        READY_WITHIN,
      ).unref();
    });
    this.http = await Promise.race([address, failed]);
    this.listen = this.http.replace("http://", "");
    this.ws = `ws://${this.listen}/sync`;
    // From here on an end is the test's doing.
    failed.catch(() => {});
  }

  /** Ends it as a power cut would: nothing of it runs any more. */
  async kill() {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Asks it to end and waits until it has. */
  async stop() {
    this.#child.kill("SIGTERM");
    return this.#exited;
  }
}
