//! Waiting for something to become true, with a deadline that is generous and a failure that says where it stood.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** How long to wait unless a journey says otherwise. On a loaded machine the sweep alone may take a minute. */
const SECONDS = 120;
const EVERY_MS = 200;

/**
 * Asks `probe` again and again until `done` holds for what it gave, and gives that. After `seconds` it fails and shows
 * what `probe` gave last, shortened by `show`.
 */
export async function until(what, probe, done, { seconds = SECONDS, show = (value) => value } = {}) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (done(value)) return value;
    if (Date.now() > deadline) {
      assert.fail(`not within ${seconds} s: ${what}; at last: ${JSON.stringify(show(value), null, 1)}`);
    }
    await pause(EVERY_MS);
  }
}
