//! A Worker that is broken on purpose.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { brokenModules } from "../workers.mjs";

test("a broken Worker has the classes of the real one, and each fails", async () => {
  const main = fileURLToPath(new URL("../../../workers/pipeline/entry.mjs", import.meta.url));
  const [{ contents }, ...others] = await brokenModules(main);
  assert.deepEqual(others, []);
  const names = (text) => [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name).sort();
  assert.deepEqual(names(contents), names(await readFile(main, "utf8")));
  assert.ok(names(contents).length > 10);
});
