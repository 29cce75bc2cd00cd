//! The calls in `samples/`, with their right answers.

import { readFile } from "node:fs/promises";
import path from "node:path";

import { ROOT } from "./mesh.mjs";

const FOLDER = path.join(ROOT, "samples");

/** Every sample: `name`, `source`, `body` (the delivery, byte for byte) and `expected`. */
export async function samples() {
  const manifest = JSON.parse(await readFile(path.join(FOLDER, "manifest.json"), "utf8"));
  return Promise.all(
    manifest.map(async ({ file, source, expected }) => ({
      name: path.basename(file, ".json"),
      source,
      body: await readFile(path.join(FOLDER, file)),
      expected: JSON.parse(await readFile(path.join(FOLDER, expected), "utf8")),
    })),
  );
}
