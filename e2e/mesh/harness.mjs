//! The mesh's own Workers in the local runtime, for one test file: started, asked, restarted on their storage, stopped.
//!
//! A Worker is named after its file in `wrangler/`. All state is in a folder on disk that goes with the runtime.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { Log, LogLevel, Miniflare } from "miniflare";

import { bundleWorker, meshOptions, readWorker } from "../../xtask/runtime/workers.mjs";
import { resumeWorkflows } from "../../xtask/runtime/workflows.mjs";
import { Client } from "./client.mjs";
import { parse, stringify } from "./json.mjs";

const HOST = "127.0.0.1";
const CONFIGS = path.join(import.meta.dirname, "wrangler");

/** The Workers that most tests need: `front` calls the others. */
const USUAL = ["front", "back", "flaky", "typescript"];

const probe = (role) => ({ role, config: path.join(CONFIGS, `${role}.jsonc`) });

/** A running set of Workers. The first one named is the one that `ask` and `fetch` reach unless they name another. */
export class Runtime {
  /** What the Workers logged: `{level, message}`, the message parsed where it is JSON. */
  logs = [];
  #workers;
  #vars;
  #registry;
  #folder;
  #runtime;
  #origin;

  /**
   * Starts the Workers named `roles`; one that is no probe is given as `{role, config}`, with its configuration file.
   * `vars` override the variables of their configurations, by role. `remote` says, by role, at which address their
   * remote bindings are. With `registry`, a Worker that they bind may be absent. With the test context `t`, everything
   * stops and is removed when the test ends.
   */
  static async start(roles = USUAL, { vars = {}, remote = {}, registry = false, t } = {}) {
    const started = new Runtime();
    const named = roles.map((role) => (typeof role === "string" ? probe(role) : role));
    const workers = named.map((worker) => ({ ...worker, remote: remote[worker.role] }));
    started.#workers = await Promise.all(workers.map(readWorker).map(bundleWorker));
    started.#vars = vars;
    started.#registry = registry;
    started.#folder = await mkdtemp(path.join(tmpdir(), "mesh-runtime-"));
    t?.after(() => started.stop());
    try {
      await started.#run();
    } catch (error) {
      // What is half started would keep the test program from ending; why it did not start is the news.
      await started.stop().catch(() => {});
      throw error;
    }
    return started;
  }

  async #run() {
    const options = meshOptions(this.#workers, {
      shared: {
        host: HOST,
        port: 0,
        log: new Log(LogLevel.NONE),
        logRequests: false,
        handleStructuredLogs: ({ level, message }) => this.logs.push({ level, message: parsed(message) }),
        // Either would call home.
        cf: false,
        telemetry: { enabled: false },
        resourcePersistencePath: path.join(this.#folder, "state"),
        resourceTmpPath: path.join(this.#folder, "tmp"),
        unsafeLocalExplorer: true,
        // With a registry a Worker may name one that does not run, as one on the platform may.
        unsafeDevRegistryPath: this.#registry ? path.join(this.#folder, "registry") : undefined,
        unsafeInspectDurableObjects: true,
        unsafeTriggerHandlers: true,
      },
      sockets: {},
      vars: this.#vars,
    });
    this.#runtime = new Miniflare(options);
    this.#origin = await this.#runtime.ready;
  }

  /** Where the first Worker answers, without a slash at the end. */
  get origin() {
    return this.#origin.origin;
  }

  /** Asks a case of the probe, `module/case`, with JSON, and gives its JSON answer. Integers past 2^53 are bigints. */
  async ask(name, input = null, worker) {
    const response = await this.fetch(`/${name}`, { method: "POST", body: stringify(input) }, worker);
    const text = await response.text();
    if (!response.ok) throw new Error(`${name}: ${response.status}: ${text}`);
    return parse(text);
  }

  /** A plain request to a Worker. */
  async fetch(route, init, worker) {
    if (worker === undefined) return fetch(new URL(route, this.#origin), init);
    const target = await this.#runtime.getWorker(this.#named(worker).name);
    return target.fetch(new URL(route, this.#origin), init);
  }

  /** A Worker's own handle: its crons and queues can be set off through it. */
  worker(role) {
    return this.#runtime.getWorker(this.#named(role).name);
  }

  /** A WebSocket to the first Worker, open; or the status that it was refused with. */
  socket(route, protocols = []) {
    const url = new URL(route, this.#origin);
    url.protocol = "ws:";
    return Client.open(url, protocols);
  }

  /** A Worker's bindings, for use in the test itself. */
  bindings(worker) {
    return this.#runtime.getBindings(this.#named(worker).name);
  }

  /** Drops a Durable Object from memory, as the platform does with an idle one. `target` is `{name}` or `{id}`. */
  evict(worker, className, target) {
    return this.#runtime.unsafeEvictDurableObject(this.#named(worker).name, className, target);
  }

  /** Rows of SQL from inside a Durable Object. */
  async rows(worker, className, target, sql, ...parameters) {
    const name = this.#named(worker).name;
    const storage = await this.#runtime.unsafeGetDurableObjectStorage(name, className, target);
    return storage.exec(sql, ...parameters);
  }

  /** The local runtime's own interface below `/cdn-cgi/local/explorer/api`. */
  async explorer(route, init) {
    const response = await fetch(new URL(`/cdn-cgi/local/explorer/api${route}`, this.#origin), init);
    if (!response.ok) throw new Error(`the local explorer answered ${response.status} to ${route}`);
    return response.json();
  }

  /**
   * Stops the whole runtime and starts it again on the same storage, with other `vars` if they are given. Workflow
   * instances that were at work go on.
   */
  async restart({ vars = this.#vars } = {}) {
    await this.#runtime.dispose();
    this.#vars = vars;
    await this.#run();
    await resumeWorkflows(this.#workers, {
      restarted: Date.now(),
      explorer: (route, init) => this.explorer(route, init),
    });
  }

  /** Stops everything and removes the storage. */
  async stop() {
    await this.#runtime?.dispose();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #named(role) {
    const found = this.#workers.find((worker) => worker.role === role);
    if (!found) throw new Error(`no Worker \`${role}\` was started`);
    return found;
  }
}

function parsed(message) {
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
}
