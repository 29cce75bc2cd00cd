//! Modules that a rule names stay out of the bundle, byte for byte.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { bundle } from "../bundle.mjs";

const RULES = [
  { type: "Data", include: ["**/*.weights"] },
  { type: "Text", include: ["**/words.txt"] },
];

async function withFiles(files, check) {
  const folder = await mkdtemp(path.join(tmpdir(), "weft-bundle-"));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    await check(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("data and text are modules beside the entry, scripts are part of it", async () => {
  const bytes = Buffer.from([0, 255, 128, 10]);
  const files = {
    "entry.mjs": `import data from "./a.weights"; import words from "./words.txt"; import { name } from "./part.mjs";
      export default { data, words, name };`,
    "part.mjs": `export const name = "part of the entry";`,
    "a.weights": bytes,
    "words.txt": "één\n",
  };
  await withFiles(files, async (folder) => {
    const [entry, ...attached] = await bundle(path.join(folder, "entry.mjs"), RULES);
    assert.equal(entry.type, "ESModule");
    assert.match(entry.contents, /part of the entry/);
    const byType = Object.fromEntries(attached.map((module) => [module.type, module]));
    assert.deepEqual(byType.Data.contents, bytes);
    assert.equal(byType.Text.contents, "één\n");
    for (const { path: name } of attached) assert.ok(entry.contents.includes(`"./${name}"`), name);
  });
});

test("a missing file is an error that names it", async () => {
  await withFiles({ "entry.mjs": `import "./absent.mjs";` }, async (folder) => {
    await assert.rejects(bundle(path.join(folder, "entry.mjs"), RULES), /absent\.mjs/);
  });
});
