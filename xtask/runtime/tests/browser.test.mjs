//! Whether a browser is there, and how it is offered.

import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { installedBrowser } from "../browser.mjs";

let folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "weft-browser-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("without a browser the pipeline is told so, and nothing is offered", async () => {
  const env = { PATH: folder };
  const { vars } = await installedBrowser(folder, { env, platform: "linux" });
  assert.match(vars.BROWSER_MISSING, /no Chrome or Chromium/);
  assert.equal(env.XDG_CACHE_HOME, undefined);
});

test("an installed browser is offered where the runtime looks", async () => {
  const browser = path.join(folder, "chromium");
  await writeFile(browser, "#!/bin/sh\n");
  await chmod(browser, 0o755);
  const env = { PATH: `/nowhere:${folder}` };
  const { vars } = await installedBrowser(folder, { env, platform: "linux" });
  assert.equal(vars.BROWSER_MISSING, "");
  const wrapper = path.join(env.XDG_CACHE_HOME, ".wrangler/chrome/linux-126.0.6478.182/chrome-linux64/chrome");
  assert.ok((await readFile(wrapper, "utf8")).includes(browser));
});
