//! A double of the platform's HTTP API: as much as wrangler and `cargo xtask` call, with the platform's envelopes, codes
//! and words, over state that is kept. Wrangler itself runs against it, told by `environment` where it is.
//!
//! What it is not: a judge of tokens' scopes beyond groups of routes, of plans beyond quotas, or of speed. Its codes are
//! from the platform's documentation and from wrangler's sources; none of it was compared with a real account.

import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { buffer } from "node:stream/consumers";

import { Answer, Refusal } from "./answers.mjs";
import { Faults } from "./faults.mjs";
import { closeAll } from "./sqlite.mjs";
import { State } from "./state.mjs";
import access from "./routes/access.mjs";
import account from "./routes/account.mjs";
import analytics, { forbidden } from "./routes/analytics.mjs";
import d1 from "./routes/d1.mjs";
import kv from "./routes/kv.mjs";
import logpush from "./routes/logpush.mjs";
import queues from "./routes/queues.mjs";
import r2 from "./routes/r2.mjs";
import secretsStore from "./routes/secrets_store.mjs";
import vectorize from "./routes/vectorize.mjs";
import workers from "./routes/workers.mjs";
import workflows from "./routes/workflows.mjs";

/** What routes begin with, as the platform's do. */
const BASE = "/client/v4";
const GROUPS = { access, account, analytics, d1, kv, logpush, queues, r2, secrets_store: secretsStore, vectorize, workers, workflows };

/** `["GET", "/accounts/:account/queues/:id", handler]` as something that can be matched. */
const ROUTES = Object.entries(GROUPS).flatMap(([group, routes]) =>
  routes.map(([method, pattern, handler]) => ({
    group,
    method,
    handler,
    pattern: new RegExp(`^${pattern.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
  })),
);

/** See the module. */
export class PlatformDouble {
  #server;
  #faults = new Faults();
  #calls = [];
  #queue = Promise.resolve();
  /** Told of each call that changed something, if set. */
  changed;

  /** Starts one on a port of 127.0.0.1, with the account that is in `folder` or a new one. */
  static async start({ port = 0, folder } = {}) {
    const double = new PlatformDouble();
    double.state = await State.open(folder);
    double.#server = createServer((request, response) => {
      double.#serve(request, response).catch((error) => {
        // A fault of the double's own: the caller sees it and a test fails by it.
        response.writeHead(500, { "content-type": "application/json" });
        response.end(JSON.stringify(new Refusal(500, 0, `the double broke: ${error.stack}`).envelope));
      });
    });
    double.#server.listen(port, "127.0.0.1");
    await once(double.#server, "listening");
    double.url = `http://127.0.0.1:${double.#server.address().port}`;
    return double;
  }

  /** What wrangler and `cargo xtask` need in their environment to find this account. */
  get environment() {
    return {
      CLOUDFLARE_API_BASE_URL: `${this.url}${BASE}`,
      CLOUDFLARE_API_TOKEN: this.state.data.tokens[0].value,
      CLOUDFLARE_ACCOUNT_ID: this.state.data.account.id,
      WRANGLER_SEND_METRICS: "false",
    };
  }

  /** Fails calls on purpose: see `faults.mjs`. */
  fault(fault) {
    this.#faults.add(fault);
  }

  clearFaults() {
    this.#faults.clear();
  }

  /** Waits for the first call that a fault holds. */
  held() {
    return this.#faults.held();
  }

  /** What was asked so far: method and path, in order. */
  get calls() {
    return this.#calls;
  }

  forgetCalls() {
    this.#calls.length = 0;
  }

  async stop() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
    await this.#queue;
    for (const { uuid } of this.state.data.d1) closeAll(path.join(this.state.folder, "d1", uuid));
    await this.state.close();
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.url);
    const bytes = await buffer(request);
    if (url.pathname.startsWith("/control/")) return this.#control(request, url, bytes, response);
    const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length) : url.pathname;
    this.#calls.push({ method: request.method, path });
    const fault = this.#faults.of(request.method, path);
    if (fault?.before) return this.#faults.strike(fault, request, response);
    // One call at a time, as if each were a transaction.
    const answered = this.#queue.then(() => this.#answer(request, path, url.searchParams, bytes));
    this.#queue = answered.catch(() => {});
    const answer = await answered;
    if (fault) return this.#faults.strike(fault, request, response);
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    return response.end(JSON.stringify(answer.envelope));
  }

  async #answer(request, path, query, bytes) {
    try {
      const found = ROUTES.filter((route) => route.pattern.test(path));
      const route = found.find(({ method }) => method === request.method);
      this.#authenticate(request, route?.group);
      if (route?.group === "analytics" && !this.#permits(request, "analytics")) return forbidden();
      if (!route) {
        if (found.length > 0) throw new Refusal(405, 10_405, "Method not allowed for this authentication scheme");
        throw new Refusal(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
      }
      const params = mapped(route.pattern.exec(path).groups ?? {}, decodeURIComponent);
      if (params.account && params.account !== this.state.data.account.id) {
        throw new Refusal(403, 10_000, "Authentication error");
      }
      const type = request.headers["content-type"] ?? "";
      const context = {
        state: this.state,
        data: this.state.data,
        headers: request.headers,
        params,
        query,
        json: () => parsed(bytes),
        form: () => new Response(bytes, { headers: { "content-type": type } }).formData(),
      };
      const answer = await route.handler(context);
      if (request.method !== "GET") {
        await this.state.save();
        // What runs the deployed code follows before the answer, so that it is true once it is read.
        await this.changed?.({ method: request.method, path, body: bytes });
      }
      return answer instanceof Answer ? answer : new Answer(answer ?? null);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  #authenticate(request, group) {
    const header = request.headers.authorization;
    if (!header) throw new Refusal(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
    const value = header.replace(/^Bearer /, "");
    if (!/^[\w-]+$/.test(value)) throw new Refusal(400, 6003, "Invalid request headers");
    const token = this.state.data.tokens.find((token) => token.value === value);
    if (!token) throw group === "account" ? new Refusal(401, 1000, "Invalid API Token") : new Refusal(401, 10_000, "Authentication error");
    if (group !== "analytics" && !this.#permits(request, group)) {
      throw new Refusal(403, 10_000, "Authentication error");
    }
  }

  /** Whether the call's token, which is known, may do what is in a group of routes. */
  #permits(request, group) {
    const { permissions } = this.state.data.tokens.find(({ value }) => request.headers.authorization === `Bearer ${value}`);
    return !permissions || group === "account" || permissions.includes(group);
  }

  /** The same controls over HTTP, for tests in other processes: faults, calls, what is held, and the account itself. */
  async #control(request, url, bytes, response) {
    const controls = {
      "POST /control/faults": () => this.fault(parsed(bytes)),
      "DELETE /control/faults": () => this.clearFaults(),
      "GET /control/held": () => this.held(),
      "GET /control/calls": () => this.#calls,
      "DELETE /control/calls": () => this.forgetCalls(),
      "GET /control/state": () => this.state.data,
      "PUT /control/state": async () => {
        this.state.data = parsed(bytes);
        await this.state.save();
      },
    };
    const control = controls[`${request.method} ${url.pathname}`];
    response.writeHead(control ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify((await control?.()) ?? null));
  }
}

function parsed(bytes) {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Refusal(400, 6007, "Malformed JSON in request body");
  }
}

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
