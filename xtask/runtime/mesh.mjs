//! The four Workers in one local runtime: started, reloaded, stopped. What starts it is `main.mjs`.

import { mkdir } from "node:fs/promises";
import path from "node:path";

import { Log, LogLevel, Miniflare } from "miniflare";

import { installedBrowser } from "./browser.mjs";
import { startCrons } from "./crons.mjs";
import { prepareDatabases } from "./database.mjs";
import { startIssuer } from "./issuer/server.mjs";
import { openLog } from "./logs.mjs";
import { outboundVars } from "./outbound.mjs";
import { bundleWorker, meshOptions, readWorker } from "./workers.mjs";
import { explorerAt, resumeWorkflows } from "./workflows.mjs";

const HOST = "127.0.0.1";
const SCHEDULED = "/cdn-cgi/local/scheduled";
const REPEAT_AFTER_MS = 10_000;
/** What of the environment reaches the pipeline: the chat model to ask, Analytics Engine, and the credentials for them. */
const MODEL_VARIABLES = [
  "AI_ROUTES",
  "AI_BASE_URL",
  "AI_MODEL",
  "AI_INPUT_PRICE",
  "AI_OUTPUT_PRICE",
  "AI_PRICES",
  "AI_HOLD_SECONDS",
  "ANALYTICS_ACCOUNT",
  "ANALYTICS_API_URL",
  "ANALYTICS_API_TOKEN",
  "AI_API_KEY",
  "AI_GATEWAY_TOKEN",
];

/** What encrypts the credentials of histories here: any key will do that stays the same for as long as the state does. */
const LOCAL_CREDENTIALS_KEY = Buffer.alloc(32, "local development only").toString("base64");

/** What of it reaches the gateway: another place for the keys by which Google signs its pushes. */
const KEY_VARIABLES = ["GOOGLE_KEYS_URL"];

/** What of it reaches the scheduler: how many jobs an object takes. */
const SCHEDULE_VARIABLES = ["JOBS_PER_OBJECT"];

const fromEnvironment = (names, environment) =>
  Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));

/** How long the gateway may keep what it has read of keys: shorter where a test wants to see it go. */
const cacheFromEnvironment = ({ WEFT_CONTROL_CACHE_MS: ms }) => (ms ? { CONTROL_CACHE_MS: ms } : {});

/** The bindings of a chat model that the environment names; none where it names none, and then the rules serve. */
export const modelFromEnvironment = (environment) =>
  fromEnvironment([...MODEL_VARIABLES, ...secretsOf(environment.AI_ROUTES)], environment);

/** The names of the secrets that a document of upstreams wants; none where it cannot be read, which the pipeline says. */
function secretsOf(routes) {
  try {
    return JSON.parse(routes || "{}").upstreams.flatMap(({ key, gateway }) => [key, gateway?.token]).filter(Boolean);
  } catch {
    return [];
  }
}

/** Why a start failed, in a line or two: of all that the runtime prints when it refuses a Worker, the first line. */
export function reason(error) {
  if (error.code !== "ERR_RUNTIME_FAILURE") return error.message;
  const [, first] = /"message":("(?:[^"\\]|\\.)*")/.exec(error.message) ?? [];
  return `the runtime refused the Workers: ${first ? JSON.parse(first).split("\n")[0] : error.message}`;
}

/** A running mesh. `say(event, detail)` hears what becomes of it. */
export class Mesh {
  #config;
  #say;
  #workers;
  #issuer;
  #browser;
  #log;
  #runtime;
  #origin;
  #stopCrons = () => {};
  #stopping = false;
  #complaint = { message: "", at: 0 };

  constructor(config, say) {
    this.#config = config;
    this.#say = say;
  }

  /** Prepares the databases where that was asked for, and starts everything. */
  async start() {
    const { state, prepare, access } = this.#config;
    const configured = this.#config.workers.map(readWorker);
    if (prepare) {
      await mkdir(this.#persistence, { recursive: true });
      this.#say("prepared", { applied: await prepareDatabases(configured, prepare.seed, this.#persistence) });
    }
    this.#issuer = await startIssuer({ ...access, host: HOST, state });
    this.#browser = await installedBrowser(path.join(state, "tools"));
    this.#log = await openLog(path.join(state, "logs"), (message) => this.#complain(message));
    this.#workers = await Promise.all(configured.map(bundleWorker));
    this.#runtime = new Miniflare(this.#options());
    this.#origin = await this.#runtime.ready;
    this.#say("ready");
    this.#goOn();
  }

  /** Takes the new code and configuration of the Workers named by role. What can't run leaves the old in place. */
  async reload(roles) {
    const before = this.#workers;
    try {
      this.#workers = await Promise.all(
        before.map((worker) => (roles.includes(worker.role) ? bundleWorker(readWorker(worker)) : worker)),
      );
      await this.#runtime.setOptions(this.#options());
      this.#say("reloaded", { workers: roles });
    } catch (error) {
      this.#say("reload_failed", { message: reason(error) });
      if (this.#workers === before) return;
      this.#workers = before;
      await this.#runtime.setOptions(this.#options());
    }
    this.#goOn();
  }

  /** Stops everything that was started. */
  async stop() {
    this.#stopping = true;
    this.#stopCrons();
    await this.#runtime?.dispose();
    await this.#issuer?.close();
    await this.#log?.close();
  }

  get #persistence() {
    return path.join(this.#config.state, "v3");
  }

  #options() {
    const { state, ports, spans } = this.#config;
    return meshOptions(this.#workers, {
      shared: {
        host: HOST,
        port: ports.gateway,
        log: new Log(LogLevel.ERROR),
        logRequests: false,
        handleStructuredLogs: this.#log.write,
        // Either would call home.
        cf: false,
        telemetry: { enabled: false },
        resourcePersistencePath: this.#persistence,
        resourceTmpPath: path.join(state, "tmp"),
        unsafeLocalExplorer: true,
        unsafeObservability: spans,
        unsafeInspectDurableObjects: true,
        unsafeTriggerHandlers: true,
        unsafeHandleRuntimeRestart: () => this.#goOn(),
      },
      sockets: { admin: ports.admin },
      vars: {
        admin: this.#issuer.vars,
        gateway: { ...fromEnvironment(KEY_VARIABLES, process.env), ...cacheFromEnvironment(process.env) },
        pipeline: { CREDENTIALS_KEY: process.env.CREDENTIALS_KEY ?? LOCAL_CREDENTIALS_KEY, ...outboundVars(), ...this.#browser.vars, ...modelFromEnvironment(process.env) },
        scheduler: fromEnvironment(SCHEDULE_VARIABLES, process.env),
      },
    });
  }

  /** After every start of the runtime: what a stop interrupted goes on, and the crons make up for what was missed. */
  #goOn() {
    this.#stopCrons();
    this.#stopCrons = startCrons(this.#workers, (...trigger) => this.#fire(...trigger));
    void this.#resume(Date.now());
  }

  async #resume(restarted) {
    try {
      const instances = await resumeWorkflows(this.#workers, { restarted, explorer: explorerAt(this.#origin) });
      if (instances > 0) this.#say("resumed", { instances });
    } catch (error) {
      this.#complain(`workflows did not resume: ${error.message}`);
    }
  }

  // Over HTTP, for the reason that `workflows.mjs` gives.
  async #fire(role, cron, time) {
    try {
      const { name } = this.#workers.find((worker) => worker.role === role);
      const url = new URL(SCHEDULED, this.#origin);
      url.search = new URLSearchParams({ cron, time: String(time.getTime()) });
      const response = await fetch(url, { headers: { "mf-route-override": name } });
      if (!response.ok) throw new Error(`its handler ended with \`${await response.text()}\``);
    } catch (error) {
      this.#complain(`${role}: cron \`${cron}\` failed: ${error.message}`);
    }
  }

  /** What is said again and again, or breaks because everything is being stopped, is no news. */
  #complain(message) {
    const last = this.#complaint;
    const at = Date.now();
    if (this.#stopping || (message === last.message && at - last.at < REPEAT_AFTER_MS)) return;
    this.#complaint = { message, at };
    this.#say("log_error", { message });
  }
}
