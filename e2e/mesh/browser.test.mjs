//! The local runtime's real browser. Its refusals need none; the rest runs where a Chrome or Chromium is installed.

import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { Runtime } from "./harness.mjs";

/** The build that the local runtime otherwise downloads, and where it looks for it. */
const BUILD = "126.0.6478.182";
const INSTALLED = path.join(".wrangler", "chrome", `linux-${BUILD}`, "chrome-linux64");

const chrome = process.platform === "linux" ? installedChrome() : undefined;

function installedChrome() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const names = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Puts the installed browser where the runtime looks, in a cache of its own. */
async function offer(browser, cache) {
  const folder = path.join(cache, INSTALLED);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "chrome");
  await writeFile(file, `#!/bin/sh\nexec "${browser}" --no-sandbox "$@"\n`);
  await chmod(file, 0o755);
}

describe("the browser of the local runtime", () => {
  let mesh, cache;
  const usual = process.env.XDG_CACHE_HOME;
  before(async () => {
    cache = await mkdtemp(path.join(tmpdir(), "mesh-chrome-"));
    if (chrome) await offer(chrome, cache);
    process.env.XDG_CACHE_HOME = cache;
    mesh = await Runtime.start(["products", "doubles"]);
  });
  after(async () => {
    await mesh?.stop();
    if (usual === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = usual;
    await rm(cache, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  const ask = (name, input) => mesh.ask(`bindings/browser/${name}`, input);
  const html = '<title>T</title><h1 id="a">Hello</h1><p hidden>no</p><a href="https://example.com/x">x</a>';

  test("tells by itself what it would refuse", async () => {
    assert.equal((await ask("content", { url: "file:///etc/passwd" })).invalid?.includes("no address"), true);
    const { status, refused } = await ask("content", { url: "https://" });
    assert.deepEqual([status, refused.startsWith("`url`: ")], [400, true]);
  });

  describe("with a Chrome", { skip: chrome ? false : "no Chrome or Chromium is installed" }, () => {
    test("renders, reads and prints pages", async () => {
      const { ok: content } = await ask("content", { html });
      assert.match(content.result, /<h1 id="a">Hello<\/h1>/);
      assert.deepEqual([content.meta.title, content.meta.status], ["T", 200]);
      assert.match((await ask("markdown", { html })).ok.result, /# Hello/);
      assert.deepEqual((await ask("links", { html })).ok.result, ["https://example.com/x"]);
      const [{ results }] = (await ask("scrape", { html, selector: "#a" })).ok.result;
      assert.deepEqual([results[0].text, results[0].attributes], ["Hello", [{ name: "id", value: "a" }]]);
      const { ok: snapshot } = await ask("snapshot", { html });
      assert.match(snapshot.result.content, /Hello/);
      assert.match(snapshot.result.markdown, /# Hello/);
      assert.equal((await ask("tree", { html, selector: "#a" })).ok.result.role, "heading");
      const { ok: pdf } = await ask("pdf", { html });
      assert.deepEqual([pdf.type, pdf.start, pdf.cost_is_told], ["application/pdf", [37, 80, 68, 70], true]);
      const { ok: picture } = await ask("screenshot", { html });
      assert.deepEqual([picture.type, picture.start.slice(0, 2)], ["image/jpeg", [255, 216]]);
    });

    test("tells why a page fails", async () => {
      const { status, code } = await ask("content-in-vain", { html, selector: "#nothing" });
      assert.deepEqual([status, code], [422, 6002]);
    });

    test("opens, lists, drives and closes a session", async () => {
      const { ok: session } = await ask("acquire", {});
      const { ok: sessions } = await ask("sessions", {});
      assert.deepEqual(sessions.map(({ sessionId }) => sessionId), [session]);
      assert.ok((await ask("allowance", {})).ok.maxConcurrentSessions > 0);
      const { ok: targets } = await ask("targets", { session });
      assert.ok(targets.some(({ type, url }) => type === "page" && url === "about:blank"));
      assert.match((await ask("version", { session })).ok, /Chrom/);
      assert.deepEqual(await ask("close", { session }), { ok: null });
      assert.deepEqual(await ask("sessions", {}), { ok: [] });
    });
  });
});
