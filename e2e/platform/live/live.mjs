//! What the platform's double has deployed, running: every version that takes traffic is a Worker in the local runtime,
//! started from the very modules that wrangler uploaded, and a router stands before those of one script.
//!
//! What it is not: the platform's speed, its places, or its cron. A change of what serves restarts the runtime; requests
//! that come meanwhile wait, and those under way are let to their end first, as nobody notices a switch on the platform.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { Log, LogLevel, Miniflare, Response as MiniflareResponse, convertV4MiniflareOptions } from "miniflare";

import { bundle } from "../double/bundles.mjs";
import { statements } from "../double/sqlite.mjs";
import { versionName, versionOptions } from "./options.mjs";
import { routerOptions } from "./router.mjs";

const HOST = "127.0.0.1";
/** How the module ends that says what a version speaks. */
const RELEASE = "weft-release.txt";
/** A Worker that holds the databases while no other is there. */
const GROUND = "ground";

/** See the module. */
export class LiveMesh {
  #double;
  #front;
  #runtime;
  #origin;
  #persistence;
  #databases = "";
  #under_way = 0;
  #idle = [];
  #open = Promise.resolve();
  #serves = new Map();

  /** Runs what `double` has, now and after each change of it; requests to `gateway` come in at `url`. */
  static async start(double, { gateway }) {
    const live = new LiveMesh();
    live.#double = double;
    live.gateway = gateway;
    live.#persistence = await mkdtemp(path.join(tmpdir(), "weft-live-"));
    live.#front = createServer((request, response) => void live.#serve(request, response));
    live.#front.listen(0, HOST);
    await once(live.#front, "listening");
    live.url = `http://${HOST}:${live.#front.address().port}`;
    await live.#swap();
    double.changed = (change) => live.#changed(change);
    return live;
  }

  async stop() {
    this.#double.changed = undefined;
    this.#front.closeAllConnections();
    this.#front.close();
    await this.#runtime?.dispose();
    await rm(this.#persistence, { recursive: true, force: true });
  }

  async #changed({ path: changed, body }) {
    if (/\/d1\/database$/.test(changed)) return this.#swap();
    const database = /\/d1\/database\/([^/]+)\/(query|raw)$/.exec(changed);
    if (database) return this.#forward(decodeURIComponent(database[1]), JSON.parse(body.toString()));
    if (/\/workers\/scripts\/[^/]+(\/deployments|\/secrets)?$/.test(changed)) return this.#swap();
    if (/\/queues\/[^/]+\/consumers/.test(changed)) return this.#swap();
    return undefined;
  }

  /** What was asked of a database over the API, asked of the running one. Reads change nothing in either. */
  async #forward(named, { sql, params, batch = [{ sql, params }] }) {
    const { uuid } = this.#double.state.data.d1.find(({ uuid, name }) => uuid === named || name === named) ?? {};
    const writes = batch.flatMap(({ sql, params }) => statements(sql).map((statement) => ({ statement, params })));
    const changing = writes.filter(({ statement }) => !/^(select|pragma|with)\b/i.test(statement));
    if (!uuid || changing.length === 0) return;
    const database = await this.#runtime.getD1Database(uuid, GROUND);
    await database.batch(changing.map(({ statement, params = [] }) => database.prepare(statement).bind(...params)));
  }

  /** Lets what is under way end, restarts the runtime with what serves now, and lets go on what came meanwhile. */
  async #swap() {
    let open;
    const closed = this.#open;
    this.#open = new Promise((resolve) => (open = resolve));
    await closed;
    try {
      if (this.#under_way > 0) await new Promise((resolve) => this.#idle.push(resolve));
      const options = await this.#options();
      if (this.#runtime) await this.#runtime.setOptions(options);
      else this.#runtime = new Miniflare(options);
      this.#origin = await this.#runtime.ready;
    } finally {
      open();
    }
  }

  async #options() {
    const { data } = this.#double.state;
    const scripts = Object.entries(data.scripts).filter(([, { deployments }]) => deployments.length > 0);
    this.#serves = new Map(scripts.map(([name, { deployments }]) => [name, deployments[0].versions]));
    // Of two versions, the one with the larger part has what can be in one place only.
    const hosts = new Map(
      [...this.#serves].map(([name, shares]) => {
        const [largest] = shares.toSorted((one, other) => other.percentage - one.percentage);
        return [name, versionName(name, largest.version_id)];
      }),
    );
    const workers = [];
    const methods = new Map();
    for (const [script, shares] of this.#serves) {
      const consumers = data.queues.flatMap(({ queue_name: queue, consumers }) =>
        consumers.filter((consumer) => (consumer.script ?? consumer.script_name) === script).map((consumer) => ({ queue, settings: consumed(consumer) })),
      );
      for (const { version_id } of shares) {
        const { code_of = version_id } = data.scripts[script].versions.find(({ id }) => id === version_id);
        const uploaded = await bundle(this.#double.state, code_of);
        // Secrets are the version's own, not of the code that it took over.
        const { bindings } = data.scripts[script].versions.find(({ id }) => id === version_id).resources;
        const secrets = bindings.filter(({ type }) => type === "secret_text");
        const metadata = { ...uploaded.metadata, bindings: [...uploaded.metadata.bindings.filter(({ type }) => type !== "inherit"), ...secrets] };
        workers.push(versionOptions({ script, version: version_id, hosts, consumers }, { ...uploaded, metadata }));
        collect(methods, script, uploaded);
      }
    }
    const routers = [...this.#serves].map(([script, shares]) =>
      routerOptions({ script, shares, entrypoints: Object.fromEntries(methods.get(script) ?? []), compatibilityDate: workers[0].compatibilityDate, count: this.#counter(script) }),
    );
    routers.sort((one, other) => Number(other.name === this.gateway) - Number(one.name === this.gateway));
    const ground = {
      name: GROUND,
      modules: true,
      script: "export default { fetch: () => new Response(null, { status: 404 }) }",
      d1Databases: Object.fromEntries(data.d1.map(({ uuid }) => [uuid, uuid])),
    };
    return convertV4MiniflareOptions({
      host: HOST,
      port: 0,
      log: new Log(process.env.WEFT_LIVE_LOG ? LogLevel.DEBUG : LogLevel.ERROR),
      logRequests: false,
      handleStructuredLogs: (line) => process.env.WEFT_LIVE_LOG && console.error(line),
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: this.#persistence,
      workers: [...routers, ground, ...workers],
    });
  }

  /** What notes each invocation of a script's versions, for the double's analytics. */
  #counter(script) {
    return async (request) => {
      const { version, error } = await request.json();
      this.#double.state.data.invocations.push({ script, version, at: Date.now(), error });
      return new MiniflareResponse(null, { status: 204 });
    };
  }

  async #serve(request, response) {
    const body = await buffer(request);
    // Waits in line while what serves is being switched, which may happen more than once.
    for (let open; open !== this.#open; ) await (open = this.#open);
    this.#under_way += 1;
    try {
      if (!this.#serves.has(this.gateway)) {
        response.writeHead(404).end("There is nothing here yet");
        return;
      }
      const headers = new Headers(Object.entries(request.headers).filter(([name]) => !["host", "connection", "content-length"].includes(name)));
      const withBody = body.length > 0 ? { body } : {};
      const answer = await fetch(new URL(request.url, this.#origin), { method: request.method, headers, redirect: "manual", ...withBody });
      response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => !["content-encoding", "content-length", "transfer-encoding"].includes(name))));
      if (answer.body) Readable.fromWeb(answer.body).pipe(response);
      else response.end();
      await once(response, "close");
    } catch (error) {
      if (!response.headersSent) response.writeHead(502);
      response.end(`the runtime does not answer: ${error.message}`);
    } finally {
      this.#under_way -= 1;
      if (this.#under_way === 0) for (const tell of this.#idle.splice(0)) tell();
    }
  }
}

const consumed = ({ settings = {}, dead_letter_queue }) => ({
  maxBatchSize: settings.batch_size,
  maxBatchTimeout: settings.max_wait_time_ms === undefined ? undefined : settings.max_wait_time_ms / 1000,
  maxRetries: settings.max_retries,
  deadLetterQueue: dead_letter_queue || undefined,
});

/** What a version serves, by its own release. */
function collect(methods, script, { modules }) {
  const module = modules.find(({ name }) => name.endsWith(RELEASE));
  if (!module) return;
  const { spoken } = JSON.parse(module.contents.toString("utf8"));
  const known = methods.get(script) ?? new Map();
  for (const contract of spoken.serves) {
    const names = Object.keys(spoken.documents[contract].methods ?? {});
    known.set(contract, [...new Set([...(known.get(contract) ?? []), ...names])]);
  }
  methods.set(script, known);
}
