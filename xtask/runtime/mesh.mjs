//! The four Workers in one local runtime, and the Access issuer beside them. Started by `cargo xtask dev`.
//!
//! Reads one line of JSON from standard input, the configuration, then one command a line: `{"reload": [role, …]}`.
//! The end of standard input means that whoever started this is gone, and stops everything. Answers on standard output,
//! one JSON object a line, each with an `event`: `prepared`, `ready`, `resumed`, `reloaded`, `reload_failed`, `log_error`,
//! `failed`.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";

import { Log, LogLevel, Miniflare } from "miniflare";

import { startCrons } from "./crons.mjs";
import { prepareDatabases } from "./database.mjs";
import { startIssuer } from "./issuer/server.mjs";
import { openLog } from "./logs.mjs";
import { guardGroup } from "./orphans.mjs";
import { bundleWorker, meshOptions, readWorker } from "./workers.mjs";
import { resumeWorkflows } from "./workflows.mjs";

const HOST = "127.0.0.1";
const EXPLORER = "/cdn-cgi/local/explorer/api";

const say = (event, detail = {}) => process.stdout.write(`${JSON.stringify({ event, ...detail })}\n`);

/** Runs the mesh until the commands end. */
async function run(config, commands) {
  const persistence = path.join(config.state, "v3");
  const configured = config.workers.map(readWorker);
  if (config.prepare) {
    await mkdir(persistence, { recursive: true });
    const applied = await prepareDatabases(configured, config.prepare.seed, persistence);
    say("prepared", { applied });
  }

  const issuer = await startIssuer({ ...config.access, host: HOST, state: config.state });
  const log = await openLog(path.join(config.state, "logs"), (message) => say("log_error", { message }));
  let workers = await Promise.all(configured.map(bundleWorker));
  const options = () =>
    meshOptions(workers, {
      shared: {
        host: HOST,
        port: config.ports.gateway,
        log: new Log(LogLevel.ERROR),
        logRequests: false,
        handleStructuredLogs: log.write,
        cf: false,
        telemetry: { enabled: false },
        resourcePersistencePath: persistence,
        resourceTmpPath: path.join(config.state, "tmp"),
        unsafeLocalExplorer: true,
        unsafeObservability: config.spans,
        unsafeInspectDurableObjects: true,
        unsafeTriggerHandlers: true,
        unsafeHandleRuntimeRestart: () => resume(),
      },
      sockets: { admin: config.ports.admin },
      vars: { admin: issuer.vars },
    });

  const runtime = new Miniflare(options());
  const origin = await runtime.ready;
  const explorer = async (route) => {
    const response = await fetch(new URL(`${EXPLORER}${route}`, origin));
    if (!response.ok) throw new Error(`the local explorer answered ${response.status} to ${route}`);
    return response.json();
  };
  const resume = async () => {
    try {
      const instances = await resumeWorkflows(workers, { explorer, bindings: (name) => runtime.getBindings(name) });
      if (instances > 0) say("resumed", { instances });
    } catch (error) {
      say("log_error", { message: `workflows did not resume: ${error.message}` });
    }
  };
  const fire = async (role, cron, time) => {
    try {
      const target = await runtime.getWorker(workers.find((worker) => worker.role === role).name);
      await target.scheduled({ cron, scheduledTime: time });
    } catch (error) {
      if (!stopping) say("log_error", { message: `${role}: cron \`${cron}\` failed: ${error.message}` });
    }
  };
  let stopping = false;
  const stopCrons = startCrons(workers, fire);
  say("ready", { explorer: new URL(EXPLORER, origin).href, log: log.file });
  await resume();

  for await (const line of commands) {
    const { reload } = JSON.parse(line);
    try {
      workers = await Promise.all(
        workers.map((worker) =>
          reload.includes(worker.role) ? bundleWorker(readWorker(worker)) : worker,
        ),
      );
      await runtime.setOptions(options());
      say("reloaded", { workers: reload });
      await resume();
    } catch (error) {
      say("reload_failed", { message: error.message });
    }
  }

  stopping = true;
  stopCrons();
  await runtime.dispose();
  await issuer.close();
  await log.close();
}

// Ctrl-C reaches the whole terminal's group: the end of standard input, not the signal, is what stops the mesh, so that
// the one who started it decides. `SIGTERM` comes from there as well, and ends the input early.
const input = createInterface({ input: process.stdin, terminal: false });
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => input.close());
const lines = input[Symbol.asyncIterator]();
const first = await lines.next();
if (first.done) process.exit(0);
const config = JSON.parse(first.value);
const guard = config.leads_group ? guardGroup() : undefined;
let code = 0;
try {
  await run(config, lines);
} catch (error) {
  code = 1;
  say("failed", { message: error.message });
}
await guard?.release();
process.exit(code);
