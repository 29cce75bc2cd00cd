//! The mesh that a journey talks to, as `dev.json` describes it.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's top. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The mesh that runs: the one that the test run started, or the one that `cargo xtask dev` runs on `.weft`. */
export async function runningMesh() {
  const file = process.env.WEFT_DEV_JSON ?? path.join(ROOT, ".weft", "dev.json");
  return readMesh(file);
}

/** Reads `dev.json`; `state` is added: the folder that it is in, with the Workers' logs. */
export async function readMesh(file) {
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`no mesh runs: \`${file}\` doesn't exist; start one with \`cargo xtask dev\``);
  });
  return { ...JSON.parse(text), state: path.dirname(file) };
}
