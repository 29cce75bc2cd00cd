//! The Workers' log: one JSON object a line in the mesh's state folder.

import { readFile } from "node:fs/promises";
import path from "node:path";

/** The log as text. */
export const logText = (mesh) => readFile(path.join(mesh.state, "logs", "workers.jsonl"), "utf8");

/** The lines so far; one that is still being written is left out. */
export async function logLines(mesh) {
  const text = await logText(mesh);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
