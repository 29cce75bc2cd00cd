//! One Worker's modules, as the runtime takes them: the entry module bundled, and beside it every file that the
//! Worker's own module rules name (Wasm, model weights, text), byte for byte.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { build } from "esbuild";

const ENTRY = "worker.mjs";

/**
 * Bundles `main` and gives the list of modules, the entry first.
 *
 * `rules` are the module rules of the Worker's configuration followed by the platform's default ones; the first
 * that matches a file decides its type.
 */
export async function bundle(main, rules) {
  const attached = new Map();
  const result = await build({
    entryPoints: [main],
    outfile: ENTRY,
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    keepNames: true,
    logLevel: "silent",
    plugins: [attachModules(rules, attached)],
  });
  const entry = { type: "ESModule", path: ENTRY, contents: result.outputFiles[0].text };
  return [entry, ...attached.values()];
}

/** Keeps the files that a rule names out of the bundle and collects them as modules of their own. */
function attachModules(rules, attached) {
  const typeOf = (file) => rules.find(({ include }) => include.some((glob) => path.matchesGlob(file, glob)))?.type;
  return {
    name: "attach-modules",
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, async ({ path: specifier, resolveDir }) => {
        const file = path.resolve(resolveDir, specifier.replace(/\?module$/, ""));
        const type = typeOf(file);
        if (type === undefined || type === "ESModule" || type === "CommonJS") return undefined;
        const bytes = await readFile(file);
        const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
        const name = `${digest}-${path.basename(file)}`;
        attached.set(name, { type, path: name, contents: type === "Text" ? bytes.toString("utf8") : bytes });
        return { path: `./${name}`, external: true };
      });
    },
  };
}
