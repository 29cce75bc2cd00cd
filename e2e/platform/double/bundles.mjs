//! Uploaded code, kept whole: `versions/<id>/metadata.json`, and the modules below `versions/<id>/modules/` by their names.
//! `bundle` gives what the local runtime takes to run it.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createHash } from "node:crypto";

/** Types of modules by the content types that wrangler sends. */
const TYPES = {
  "application/javascript+module": "ESModule",
  "application/javascript": "CommonJS",
  "application/wasm": "CompiledWasm",
  "application/octet-stream": "Data",
  "text/plain": "Text",
};

/** The content type of a module's type. */
export const contentType = (type) => Object.entries(TYPES).find(([, known]) => known === type)?.[0];

const folder = (state, id) => path.join(state.folder, "versions", id);

/** Reads an upload's form: the metadata, and the modules with the main one first. */
export async function readForm(form) {
  const metadata = JSON.parse(await text(form.get("metadata")));
  const modules = [];
  for (const [name, part] of form) {
    if (name === "metadata" || typeof part === "string") continue;
    const contents = Buffer.from(await part.arrayBuffer());
    modules.push({ name, type: TYPES[part.type] ?? "Data", contents });
  }
  modules.sort((a, b) => Number(b.name === metadata.main_module) - Number(a.name === metadata.main_module));
  return { metadata, modules };
}

const text = (part) => (typeof part === "string" ? part : part.text());

/** A hash of all code. */
export function etag(modules) {
  const hash = createHash("sha256");
  for (const { name, contents } of modules) hash.update(name).update("\0").update(contents);
  return hash.digest("hex");
}

/** Keeps an upload. */
export async function keep(state, id, { metadata, modules }) {
  for (const { name, contents } of modules) {
    const file = path.join(folder(state, id), "modules", path.normalize(`/${name}`));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  const listed = modules.map(({ name, type }) => ({ name, type }));
  await mkdir(folder(state, id), { recursive: true });
  await writeFile(path.join(folder(state, id), "metadata.json"), JSON.stringify({ metadata, modules: listed }, null, 2));
}

/** What was uploaded as this version: its metadata as wrangler sent it, and its modules with their contents. */
export async function bundle(state, id) {
  const { metadata, modules } = JSON.parse(await readFile(path.join(folder(state, id), "metadata.json"), "utf8"));
  const read = ({ name, type }) =>
    readFile(path.join(folder(state, id), "modules", path.normalize(`/${name}`))).then((contents) => ({ name, type, contents }));
  return { metadata, modules: await Promise.all(modules.map(read)) };
}
