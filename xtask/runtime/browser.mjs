//! A browser for the local runtime: the Chrome or Chromium that is installed, where the runtime would otherwise download
//! a build of its own.

import { accessSync, constants } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** The build that the local runtime downloads, and where it looks for it in its cache. */
const BUILD = "126.0.6478.182";
const PLACE = path.join(".wrangler", "chrome", `linux-${BUILD}`, "chrome-linux64");
const NAMES = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];

/**
 * Offers the installed browser to the runtime, from a cache in `folder`. What comes back are the variables that tell the
 * pipeline whether there is one.
 */
export async function installedBrowser(folder, { env = process.env, platform = process.platform } = {}) {
  const browser = platform === "linux" ? find(env.PATH ?? "") : undefined;
  if (!browser) {
    return { vars: { BROWSER_MISSING: "no Chrome or Chromium is installed beside this local runtime" } };
  }
  const place = path.join(folder, PLACE);
  await mkdir(place, { recursive: true });
  const file = path.join(place, "chrome");
  // Root may not use the browser's own sandbox; the pages are made by this mesh and load nothing.
  await writeFile(file, `#!/bin/sh\nexec "${browser}" --no-sandbox "$@"\n`);
  await chmod(file, 0o755);
  env.XDG_CACHE_HOME = folder;
  return { vars: { BROWSER_MISSING: "" } };
}

function find(search) {
  const folders = search.split(path.delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
