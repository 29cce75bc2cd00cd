//! The process behind `cargo xtask dev`: the mesh, driven by lines of JSON.
//!
//! The first line on standard input is the configuration (`xtask/src/dev/runtime.rs` writes it), each further line a
//! command: `{"reload": [role, …]}`. The end of standard input means that whoever started this is gone, and stops
//! everything. Standard output carries one JSON object a line, each with an `event`: `prepared`, `ready`, `resumed`,
//! `reloaded`, `reload_failed`, `log_error`, `failed`.

import { createInterface } from "node:readline";

import { Mesh, reason } from "./mesh.mjs";
import { guardGroup } from "./orphans.mjs";

const say = (event, detail = {}) => process.stdout.write(`${JSON.stringify({ event, ...detail })}\n`);

const input = createInterface({ input: process.stdin, terminal: false });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => input.close());
// Nobody listens any more; the end of the input, which comes with it, is what counts.
process.stdout.on("error", () => {});

const lines = input[Symbol.asyncIterator]();
const first = await lines.next();
if (first.done) process.exit(0);
const config = JSON.parse(first.value);
const guard = config.leads_group ? guardGroup() : undefined;
const mesh = new Mesh(config, say);
let code = 0;
try {
  await mesh.start();
  for await (const line of lines) await mesh.reload(JSON.parse(line).reload);
} catch (error) {
  code = 1;
  say("failed", { message: reason(error) });
}
await mesh.stop();
await guard?.release();
process.exit(code);
