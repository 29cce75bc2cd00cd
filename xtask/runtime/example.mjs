//! The process behind `cargo xtask example`: the Workers of one example, until standard input ends.
//!
//! The one line on standard input is the configuration: `{workers: [{role, config}], port, state}`, the Worker that
//! answers requests first. Standard output carries one JSON object a line, each with an `event`: `ready`, `log`,
//! `failed`.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";

import { Log, LogLevel, Miniflare } from "miniflare";

import { reason } from "./mesh.mjs";
import { guardGroup } from "./orphans.mjs";
import { bundleWorker, meshOptions, readWorker } from "./workers.mjs";
import { explorerAt, resumeWorkflows } from "./workflows.mjs";

const HOST = "127.0.0.1";

const say = (event, detail) => process.stdout.write(`${JSON.stringify({ event, ...detail })}\n`);

async function start({ workers: named, port, state }) {
  const workers = await Promise.all(named.map(readWorker).map(bundleWorker));
  await mkdir(state, { recursive: true });
  const runtime = new Miniflare(
    meshOptions(workers, {
      shared: {
        host: HOST,
        port,
        log: new Log(LogLevel.NONE),
        logRequests: false,
        handleStructuredLogs: ({ message }) => say("log", { message }),
        // Either would call home.
        cf: false,
        telemetry: { enabled: false },
        resourcePersistencePath: path.join(state, "v3"),
        resourceTmpPath: path.join(state, "tmp"),
        unsafeLocalExplorer: true,
        unsafeTriggerHandlers: true,
      },
      sockets: {},
      vars: {},
    }),
  );
  const origin = await runtime.ready;
  say("ready", { origin: origin.origin });
  await resumeWorkflows(workers, { restarted: Date.now(), explorer: explorerAt(origin) });
  return runtime;
}

const input = createInterface({ input: process.stdin, terminal: false });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => input.close());
// Nobody listens any more; the end of the input, which comes with it, is what counts.
process.stdout.on("error", () => {});
const lines = input[Symbol.asyncIterator]();
const first = await lines.next();
if (first.done) process.exit(0);
const config = JSON.parse(first.value);
const guard = config.leads_group ? guardGroup() : undefined;
let code = 0;
let runtime;
try {
  runtime = await start(config);
  await lines.next();
} catch (error) {
  code = 1;
  say("failed", { message: reason(error) });
}
await runtime?.dispose();
await guard?.release();
process.exit(code);
