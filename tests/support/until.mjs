// Waiting for what is waited for, with a limit that makes a failure readable.

/** How long anything may take before a test gives up on it. */
const PATIENCE = 15_000;

/**
 * Resolves when `check()` is true, looking again after every event of `emitter`.
 * `emitter` has `on` and `off`, as Y.Doc, providers and awareness have.
 */
export function untilEvent(emitter, event, check, what) {
  return new Promise((resolve, reject) => {
    if (check()) return resolve();
    const finish = (settle, value) => {
      clearTimeout(timer);
      emitter.off(event, look);
      settle(value);
    };
    const look = () => check() && finish(resolve);
    const timer = setTimeout(() => finish(reject, new Error(`never happened: ${what}`)), PATIENCE);
    emitter.on(event, look);
  });
}
