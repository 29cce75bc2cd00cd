//! Wrangler itself, with an environment's effective configurations, and stubs in place of the Workers' code: what is under
//! test is what they bind.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";

import { ROOT } from "./xtask.mjs";

const WRANGLER = path.join(ROOT, "node_modules/wrangler/bin/wrangler.js");

/** Runs wrangler against the site's account; throws what it said where it fails. */
export async function wrangler(site, args) {
  const child = spawn(process.execPath, [WRANGLER, ...args], {
    cwd: site.folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...site.env, CI: "1", WRANGLER_HIDE_BANNER: "true", WRANGLER_LOG_PATH: path.join(site.folder, "logs") },
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  if (code !== 0) throw new Error(`wrangler ${args.join(" ")} ended with ${code}\n${out}\n${err}`);
  return out;
}

/**
 * Copies the effective configuration of a Worker into the site, with a stub for its code: every class that its entry module
 * exports, with nothing in it. Gives the copy's path.
 */
export async function stubbed(site, environment, role) {
  const folder = path.join(site.folder, "workers", role);
  await mkdir(folder, { recursive: true });
  const source = path.join(ROOT, ".weft/environments", environment, `${role}.json`);
  const config = JSON.parse(await readFile(source, "utf8"));
  const entry = await readFile(path.resolve(path.dirname(source), config.main), "utf8");
  const classes = [...entry.matchAll(/^export const (\w+) = expose\((\w+),/gm)];
  const lines = [
    'import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";',
    ...classes.map(([, name, base]) => `export class ${name} extends ${base} {}`),
    "export default { fetch: () => new Response(), scheduled() {}, queue() {} };",
  ];
  await writeFile(path.join(folder, "stub.mjs"), lines.join("\n"));
  for (const database of config.d1_databases ?? []) {
    database.migrations_dir = path.relative(folder, path.resolve(path.dirname(source), database.migrations_dir));
  }
  const copy = path.join(folder, "wrangler.json");
  await writeFile(copy, JSON.stringify({ ...config, main: "stub.mjs" }));
  return copy;
}
