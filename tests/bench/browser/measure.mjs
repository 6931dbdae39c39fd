// What is measured the same way in every page.

import { readFile } from "node:fs/promises";

/** Median, 95th percentile and worst. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { median: at(0.5) ?? NaN, p95: at(0.95) ?? NaN, worst: sorted.at(-1) ?? NaN };
}

/** What every page has before its own scripts run. Travels as text. */
export function helpers() {
  /** After the frame that is being made has been painted. */
  globalThis.afterPaint = (then) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => then(performance.now());
      channel.port2.postMessage(0);
    });
}

/** When what the page shows now was painted, in milliseconds since it was asked for. */
export function shown(page) {
  return page.evaluate(() => new Promise((done) => afterPaint(() => afterPaint(done))));
}

/** Does something in a page; how long until the frame that shows it is painted. */
export function painted(page, act, argument) {
  return page.evaluate(
    ([source, argument]) =>
      new Promise((done) => {
        // Between frames, wherever in them the call came.
        setTimeout(() => {
          const begun = performance.now();
          (0, eval)(`(${source})`)(argument);
          afterPaint((now) => done(now - begun));
        }, 20 + (argument * 7) % 16);
      }),
    [act.toString(), argument],
  );
}

/** Turns the wheel right, down, left and up again; the time between frames meanwhile. */
export async function frames(page) {
  await page.mouse.move(800, 500);
  await page.evaluate(() => {
    const seen = [];
    globalThis.frameTimes = seen;
    let last;
    const tick = (now) => {
      if (last !== undefined) seen.push(now - last);
      last = now;
      globalThis.nextFrame = requestAnimationFrame(tick);
    };
    globalThis.nextFrame = requestAnimationFrame(tick);
  });
  for (const [dx, dy, times] of [
    [100, 0, 60],
    [0, 100, 20],
    [-100, 0, 60],
    [0, -100, 20],
  ]) {
    for (let turn = 0; turn < times; turn += 1) {
      await page.mouse.wheel(dx, dy);
      await page.waitForTimeout(16);
    }
  }
  await page.waitForTimeout(300);
  return page.evaluate(() => {
    cancelAnimationFrame(globalThis.nextFrame);
    return globalThis.frameTimes;
  });
}

/** Types into what is being edited; from each key to the end of the frame that shows it. */
export async function keystrokes(page, times = 40) {
  await page.evaluate(() => {
    globalThis.keyTimes = [];
    addEventListener(
      "keydown",
      () => {
        const begun = performance.now();
        afterPaint((now) => globalThis.keyTimes.push(now - begun));
      },
      { capture: true },
    );
  });
  for (let key = 0; key < times; key += 1) {
    await page.keyboard.press("a");
    await page.waitForTimeout(37);
  }
  await page.waitForFunction((times) => globalThis.keyTimes.length >= times, times);
  return page.evaluate(() => globalThis.keyTimes);
}

/** What the page's process holds in memory: JavaScript, WebAssembly, DOM and pictures. */
export async function memory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  let most = 0;
  for (const { type, id } of processInfo) {
    if (type !== "renderer") continue;
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
    most = Math.max(most, Number(status.match(/^VmRSS:\s+(\d+)/m)?.[1] ?? NaN) * 1024);
  }
  return most;
}
