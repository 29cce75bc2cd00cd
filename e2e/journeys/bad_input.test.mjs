//! What bad input gets: the right status, a complete problem, one line in the log, and nothing stored.
//!
//! Everything here happens to one tenant of its own. The last two tests look back at all of it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { logLines, logText } from "../support/logs.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver, signed, unixSeconds } from "../support/signing.mjs";
import { addEndpoint, addKey, newId, newKey, newTenant } from "../support/tenants.mjs";

const LIMIT = 8 * 1024 * 1024;
/** How far a delivery's time may be from now. */
const TOLERANCE_S = 300;
/** A word that stands in every body here, and must stand nowhere in the log. */
const MARK = `mark${randomBytes(12).toString("hex")}`;

const JSON_TYPE = { "content-type": "application/json" };
const EVENT = { source: "generic", type: "note.taken", payload: { text: MARK } };

let mesh;
let customer;
/** What must never be seen in the log: keys and secrets that were shown here. */
const secrets = [];
/** Every refusal, to be looked up in the log. */
const refusals = [];

before(async () => {
  mesh = await runningMesh();
  const tenant = await newTenant(mesh, "bad-input");
  customer = new Customer(mesh, tenant);
  secrets.push(tenant.api_key, ...tenant.endpoints.map(({ secret }) => secret));
  // One real event, so that "unchanged" isn't merely "empty".
  const { event_id: id } = (await deliver(customer.endpoint("standard"), call({ account: "Sandwick" }))).json;
  await customer.settled(id);
});

/** Checks a refusal, and remembers it for the log. */
function refused(answer, status, code) {
  const problem = assertProblem(answer, status, code);
  refusals.push({ trace: answer.trace, status, code });
  return problem;
}

const body = () => Buffer.from(JSON.stringify({ type: "call.completed", data: { note: MARK } }));

/** A post to an endpoint with exactly these headers. */
const post = (endpoint, bytes, headers) =>
  send("POST", endpoint.url, { body: bytes, headers: { ...JSON_TYPE, ...headers } });

/** The same headers, with one changed or, where there is no new value, left out. */
function altered(headers, name, value) {
  const { [name]: _, ...rest } = headers;
  return value === undefined ? rest : { ...rest, [name]: value };
}

for (const source of ["standard", "zoom"]) {
  test(`${source}: a wrong signature is refused`, async () => {
    const endpoint = customer.endpoint(source);
    const other = await addEndpoint(mesh, customer.tenant, source);
    secrets.push(other.secret);
    refused(await deliver(endpoint, body(), { secret: other.secret }), 401, "hook.bad_signature");

    // Right for other bytes, even where the JSON says the same.
    const headers = signed(endpoint, body());
    refused(await post(endpoint, Buffer.concat([body(), Buffer.from("\n")]), headers), 401, "hook.bad_signature");
    // Right for another endpoint of the same tenant.
    refused(await post(other, body(), headers), 401, "hook.bad_signature");
    // Under another time, which is part of what is signed.
    const [time] = Object.keys(headers).filter((name) => name.endsWith("timestamp"));
    refused(await post(endpoint, body(), altered(headers, time, String(unixSeconds() - 1))), 401, "hook.bad_signature");
  });

  test(`${source}: a delivery from too far in the past or the future is refused`, async () => {
    const endpoint = customer.endpoint(source);
    for (const skew of [-TOLERANCE_S - 60, -86_400, TOLERANCE_S + 60, 86_400]) {
      const at = unixSeconds() + skew;
      refused(await deliver(endpoint, body(), { at }), 401, "hook.stale_signature");
    }
  });

  test(`${source}: a delivery without its headers, or with malformed ones, is refused`, async () => {
    const endpoint = customer.endpoint(source);
    const headers = signed(endpoint, body());
    refused(await post(endpoint, body(), {}), 401, "hook.bad_signature");
    for (const name of Object.keys(headers)) {
      for (const value of [undefined, "", "0x10", "v1,", "v0=zz", "a b.c,d"]) {
        refused(await post(endpoint, body(), altered(headers, name, value)), 401, "hook.bad_signature");
      }
    }
  });
}

test("an unknown, a malformed, a disabled and a suspended tenant's endpoint are the same to a stranger", async () => {
  const disabled = await addEndpoint(mesh, customer.tenant, "standard", { status: "disabled" });
  const suspended = await newTenant(mesh, "suspended", { status: "suspended" });
  secrets.push(disabled.secret, suspended.api_key, ...suspended.endpoints.map(({ secret }) => secret));
  const malformed = ["end_", "end_XYZ", "a%2Fb", "%00", "💥", "x".repeat(2000)];
  const unknown = [newId("end"), newId("evt"), ...malformed].map((id) => `${mesh.gateway}/hooks/${id}`);
  const seen = new Set();
  for (const endpoint of [disabled, suspended.endpoints[0], ...unknown.map((url) => ({ ...disabled, url }))]) {
    const { trace_id: _, ...problem } = refused(await deliver(endpoint, body()), 404, "endpoint.not_found");
    seen.add(JSON.stringify(problem));
  }
  assert.equal(seen.size, 1, [...seen].join("\n"));
  // The holder of a genuine key is told.
  refused(await new Customer(mesh, suspended).send("GET", "/v1/events"), 403, "tenant.suspended");
});

test("a body over the limit is refused, declared or not", async () => {
  const large = Buffer.alloc(LIMIT + 1, `{"note":"${MARK}"}`);
  const delivered = () => deliver(customer.endpoint("standard"), large);
  refused(await answerTo(delivered), 413, "request.too_large");
  const posted = (path, body) => answerTo(() => customer.send("POST", path, { body, headers: JSON_TYPE }));
  refused(await posted("/v1/events", large), 413, "request.too_large");
  refused(await posted("/v1/jobs", Buffer.alloc(96 * 1024 + 1, " ")), 413, "request.too_large");

  const streamed = new ReadableStream({
    start(controller) {
      for (let at = 0; at < large.length; at += 65_536) controller.enqueue(large.subarray(at, at + 65_536));
      controller.close();
    },
  });
  const undeclared = { body: streamed, duplex: "half", headers: JSON_TYPE };
  refused(await customer.send("POST", "/v1/events", undeclared), 413, "request.too_large");
});

/**
 * The answer to a request that is refused before it is read. The connection is closed behind such an answer, and a
 * client that still writes may see that before it sees the answer; then it asks once more.
 */
async function answerTo(request) {
  for (let left = 20; ; left -= 1) {
    try {
      return await request();
    } catch (error) {
      if (left === 0 || !["EPIPE", "ECONNRESET", "UND_ERR_SOCKET"].includes(error.cause?.code)) throw error;
    }
  }
}

test("broken JSON is refused, signed or not", async () => {
  for (const text of [`{"note": "${MARK}"`, `{"note": "${MARK}",}`, "", "not json", `{"note": '${MARK}'}`]) {
    refused(await deliver(customer.endpoint("standard"), text), 400, "request.malformed_json");
    refused(await deliver(customer.endpoint("zoom"), text), 400, "request.malformed_json");
    for (const path of ["/v1/events", "/v1/jobs"]) {
      refused(await customer.send("POST", path, { body: text, headers: JSON_TYPE }), 400, "request.malformed_json");
    }
  }
});

test("another media type than JSON is refused where JSON is expected", async () => {
  for (const path of ["/v1/events", "/v1/jobs"]) {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "jsonish",
    ]) {
      const answer = await customer.send("POST", path, {
        body: JSON.stringify(EVENT),
        headers: { "content-type": type },
      });
      refused(answer, 415, "request.unsupported_media_type");
    }
  }
});

test("JSON that is not what the route takes is refused with each field at fault", async () => {
  const pointers = (answer, code = "request.invalid") =>
    refused(answer, 422, code)
      .errors.map(({ pointer, detail }) => (assert.ok(detail), pointer))
      .sort();
  assert.deepEqual(pointers(await customer.send("POST", "/v1/events", { json: {} })), ["/payload", "/source", "/type"]);
  const wrong = { ...EVENT, source: "Not A Slug", occurred_at: "yesterday" };
  assert.deepEqual(pointers(await customer.send("POST", "/v1/events", { json: wrong })), ["/occurred_at", "/source"]);
  assert.deepEqual(pointers(await customer.send("POST", "/v1/events", { json: [EVENT] })), [""]);
  assert.deepEqual(pointers(await customer.send("POST", "/v1/jobs", { json: {} })), ["/name", "/schedule", "/task"]);
});

test("bad parameters, headers and cursors are refused", async () => {
  for (const query of ["limit=0", "limit=201", "limit=many", "status=done", "source=Not+A+Slug"]) {
    const answer = await customer.send("GET", `/v1/events?${query}`);
    const { errors } = refused(answer, 400, "request.invalid_parameter");
    assert.equal(errors[0].pointer, `?${query.split("=")[0]}`);
  }
  for (const query of ["", "q=", "q=x&kind=person", `q=${"x".repeat(1001)}`]) {
    refused(await customer.send("GET", `/v1/search?${query}`), 400, "request.invalid_parameter");
  }
  for (const query of ["min_score=2", "since=now", "event_id=sig_1"]) {
    refused(await customer.send("GET", `/v1/signals?${query}`), 400, "request.invalid_parameter");
  }
  for (const path of ["/v1/events", "/v1/signals", "/v1/jobs"]) {
    refused(await customer.send("GET", `${path}?cursor=elsewhere`), 400, "page.bad_cursor");
  }
  for (const key of ["with a space", "x".repeat(256)]) {
    const answer = await customer.send("POST", "/v1/events", { json: EVENT, headers: { "idempotency-key": key } });
    refused(answer, 400, "request.invalid_header");
  }
});

test("no key, a wrong one, and one that is over are refused with a challenge", async () => {
  const challenged = (answer, code) => {
    refused(answer, 401, code);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer realm="/, String(answer));
  };
  const paths = ["/v1/events", `/v1/events/${newId("evt")}`, "/v1/signals", "/v1/search?q=x", "/v1/jobs"];
  for (const path of paths) {
    challenged(await send("GET", `${mesh.gateway}${path}`), "auth.missing_credentials");
    challenged(await as(newKey(), path), "auth.invalid_credentials");
  }
  challenged(await send("POST", `${mesh.gateway}/v1/events`, { json: EVENT }), "auth.missing_credentials");
  const past = Date.now() - 60_000;
  const over = [
    await addKey(mesh, customer.tenant, { expiresAt: past }),
    await addKey(mesh, customer.tenant, { revokedAt: past }),
  ];
  const { api_key: key } = customer.tenant;
  const mistyped = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
  const impostor = newKey().replace(/^wk_.{12}/, key.slice(0, 15));
  for (const wrong of [...over, mistyped, impostor, "wk_", key.slice(0, 15), `${key}x`]) {
    if (wrong.length > 16) secrets.push(wrong);
    challenged(await as(wrong, "/v1/events"), "auth.invalid_credentials");
  }
  for (const header of [`Basic ${Buffer.from(`x:${key}`).toString("base64")}`, key, "Bearer"]) {
    const answer = await send("GET", `${mesh.gateway}/v1/events`, { headers: { authorization: header } });
    assert.ok(["auth.missing_credentials", "auth.invalid_credentials"].includes(answer.json.code), String(answer));
    challenged(answer, answer.json.code);
  }
});

const as = (key, path) => new Customer(mesh, customer.tenant, key).send("GET", path);

test("a key without the scope of a route is refused, and told which scope it needs", async () => {
  const routes = [
    ["POST", "/v1/events", "events:write", { json: EVENT }],
    ["GET", "/v1/events", "events:read"],
    ["GET", `/v1/events/${newId("evt")}/raw`, "events:read"],
    ["GET", "/v1/signals", "signals:read"],
    ["GET", "/v1/search?q=x", "search:read"],
    ["POST", "/v1/jobs", "jobs:write", { json: {} }],
    ["GET", "/v1/jobs", "jobs:read"],
    ["DELETE", `/v1/jobs/${newId("job")}`, "jobs:write"],
  ];
  for (const [method, path, scope, options] of routes) {
    const rest = routes.map(([, , other]) => other).filter((other) => other !== scope);
    const key = await addKey(mesh, customer.tenant, { scopes: [...new Set(rest)] });
    secrets.push(key);
    const answer = await new Customer(mesh, customer.tenant, key).send(method, path, options);
    refused(answer, 403, "auth.missing_scope");
    assert.match(answer.headers.get("www-authenticate") ?? "", new RegExp(`scope="${scope}"`), String(answer));
  }
});

test("another tenant's event, signal and job are as unknown as what doesn't exist", async () => {
  const neighbor = new Customer(mesh, await newTenant(mesh, "neighbor"));
  secrets.push(neighbor.key);
  const { event_id: event } = (await deliver(neighbor.endpoint("standard"), call({ account: "Neighbor" }))).json;
  await neighbor.settled(event);
  const [signal] = await neighbor.signals(event);
  const task = { kind: "event", source: "generic", type: "tick", payload: {} };
  const made = await neighbor.send("POST", "/v1/jobs", { json: { name: "Yearly", schedule: { every: "366d" }, task } });
  const { id: job } = made.json;

  const routes = [
    ["GET", "/v1/events/{id}", event, "event.not_found"],
    ["GET", "/v1/events/{id}/raw", event, "event.not_found"],
    ["GET", "/v1/events/{id}/text", event, "event.not_found"],
    ["GET", "/v1/signals/{id}", signal.id, "signal.not_found"],
    ["GET", "/v1/jobs/{id}", job, "job.not_found"],
    ["GET", "/v1/jobs/{id}/runs", job, "job.not_found"],
    ["POST", "/v1/jobs/{id}/run", job, "job.not_found"],
    ["POST", "/v1/jobs/{id}/pause", job, "job.not_found"],
    ["POST", "/v1/jobs/{id}/resume", job, "job.not_found"],
    ["POST", "/v1/jobs/{id}/ping", job, "job.not_found"],
    ["POST", "/v1/jobs/{id}/rotate", job, "job.not_found"],
    ["POST", "/v1/jobs/{id}/ping/rotate", job, "job.not_found"],
    ["GET", "/v1/jobs/{id}/pings", job, "job.not_found"],
    ["DELETE", "/v1/jobs/{id}", job, "job.not_found"],
  ];
  for (const [method, route, id, code] of routes) {
    const bodies = new Set();
    for (const wanted of [id, newId(id.slice(0, 3)), "no-id-at-all", "%F0%9F%92%A5", newId("ten")]) {
      const answer = await customer.send(method, route.replace("{id}", wanted));
      const { trace_id: _, ...problem } = refused(answer, 404, code);
      bodies.add(JSON.stringify(problem));
    }
    assert.equal(bodies.size, 1, `${method} ${route} tells them apart:\n${[...bodies].join("\n")}`);
  }
  // The neighbor's things are still there, and in no list of anyone else's.
  assert.equal((await neighbor.get(`/v1/jobs/${job}`)).json.status, "active");
  assert.deepEqual(await customer.list("/v1/signals", { event_id: event }), []);
  assert.ok((await customer.events()).every(({ id }) => id !== event));
  assert.deepEqual(await customer.list("/v1/jobs"), []);
  const { hits } = (await customer.get("/v1/search?q=fixing+invoices+by+hand&limit=200")).json;
  assert.ok(
    hits.every((hit) => hit.event_id !== event),
    "a search reaches into another tenant",
  );
});

test("an unknown route and a wrong method say so", async () => {
  for (const path of ["/", "/v1", "/v1/nothing", "/v1/events/", "/V1/events", "/hooks", "/healthz/x"]) {
    refused(await customer.send("GET", path), 404, "route.not_found");
  }
  const methods = [
    ["PUT", "/v1/events", ["GET", "HEAD", "OPTIONS", "POST"]],
    ["DELETE", "/v1/events", ["GET", "HEAD", "OPTIONS", "POST"]],
    ["PUT", `/hooks/${customer.endpoint("standard").id}`, ["GET", "HEAD", "OPTIONS", "POST"]],
    ["POST", "/healthz", ["GET", "HEAD", "OPTIONS"]],
    ["PUT", `/v1/jobs/${newId("job")}`, ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH"]],
    ["DELETE", "/v1/signals", ["GET", "HEAD", "OPTIONS"]],
  ];
  for (const [method, path, allowed] of methods) {
    const answer = await customer.send(method, path);
    refused(answer, 405, "route.method_not_allowed");
    assert.deepEqual((answer.headers.get("allow") ?? "").split(", ").sort(), allowed, `${method} ${path}`);
  }
});

test("nothing of it was stored", async () => {
  assert.equal((await customer.events()).length, 1);
  assert.deepEqual(await customer.list("/v1/jobs"), []);
  const { hits } = (await customer.get(`/v1/search?q=${MARK}&limit=200`)).json;
  assert.ok(hits.every(({ snippet }) => !snippet.includes(MARK)));
});

test("each refusal left one line in the log, without a secret or a body", async (t) => {
  if (refusals.length === 0) return t.skip("no refusal was made in this run");
  assert.ok(refusals.length > 100, `only ${refusals.length} refusals were made`);
  // Lines come in order: once this request's line is there, those before it are too.
  const last = await customer.get("/v1/events?limit=1");
  const written = (lines) => lines.some(({ trace_id: trace }) => trace === last.trace);
  const lines = await until("the log is written", () => logLines(mesh), written, { show: (lines) => lines.length });

  const byTrace = Map.groupBy(lines, ({ trace_id: trace }) => trace);
  for (const { trace, status, code } of refusals) {
    const own = byTrace.get(trace) ?? [];
    const outline = JSON.stringify(own, null, 1);
    assert.equal(own.length, 1, `${own.length} lines for a ${status} ${code}: ${outline}`);
    const [line] = own;
    assert.deepEqual(
      [line.service, line.event, line.status, line.code],
      ["gateway", "http.request", status, code],
      outline,
    );
    assert.ok(Number.isInteger(line.duration_ms) && line.method && line.route, outline);
  }
  const text = await logText(mesh);
  for (const secret of [MARK, ...secrets]) {
    assert.ok(!text.includes(secret), `\`${secret.slice(0, 12)}…\` is in the log`);
  }
});
