//! Pictures of the console with demo data, for the documentation: `node e2e/screenshots.mjs FOLDER [--all]` against the
//! mesh that runs. With `--all`, every page in both colors, wide and narrow.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { PEOPLE, signedIn } from "./support/console.mjs";
import { fillConsole, pagesOf } from "./support/demo_console.mjs";
import { runningMesh } from "./support/mesh.mjs";

/** Those that the documentation shows. */
const KEPT = ["events", "event-stuck", "workflow", "job", "subscription"];
const [folder, all] = [process.argv[2], process.argv.includes("--all")];

const closing = [];
const mesh = await runningMesh();
const demo = await fillConsole(mesh);
try {
  const page = await signedIn({ after: (close) => closing.push(close) }, mesh, Object.keys(PEOPLE)[0]);
  await mkdir(folder, { recursive: true });
  for (const [name, rest] of Object.entries(pagesOf(demo))) {
    if (!all && !KEPT.includes(name)) continue;
    await page.visit(`${mesh.admin}/admin${rest}`);
    const wanted = all ? [["light", 1280], ["dark", 1280], ["light", 390]] : [["light", 1120]];
    for (const [scheme, width] of wanted) {
      const file = all ? `${name}-${scheme}-${width}.png` : `console-${name}.png`;
      await writeFile(path.join(folder, file), await page.picture({ width, scheme }));
    }
  }
} finally {
  await demo.stop();
  for (const close of closing) await close();
}
