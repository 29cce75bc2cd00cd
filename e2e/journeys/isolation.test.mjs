//! Tenants apart, by the gateway's own description: with one tenant's key, another's ids name nothing, on every route
//! that takes an id, and nothing is changed. A new route with an id fails this until it has its case.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { Receiver } from "../support/receiver.mjs";
import { deliver } from "../support/signing.mjs";
import { newId, newTenant } from "../support/tenants.mjs";

let mesh;
let document;
let owner;
let stranger;
let receiver;

/** An id of each kind, of the owner's. */
const ids = {};

/** Which kind the id of an operation's path is, by its problem 404 or its place. */
const KINDS = {
  get_event: "event",
  get_event_raw: "event",
  get_event_text: "event",
  get_signal: "signal",
  get_job: "job",
  update_job: "job",
  delete_job: "job",
  run_job: "job",
  pause_job: "job",
  resume_job: "job",
  list_runs: "job",
  backfill_job: "job",
  list_job_backfills: "job",
  get_job_backfill: "job",
  cancel_job_backfill: "job",
  ping_job: "heartbeat",
  rotate_job_secret: "job",
  rotate_ping: "heartbeat",
  list_pings: "heartbeat",
  get_workflow: "approval",
  signal_workflow: "approval",
  pause_workflow: "approval",
  resume_workflow: "approval",
  terminate_workflow: "approval",
  get_approval: "approval",
  decide_approval: "approval",
  get_rule: "rule",
  replace_rule: "rule",
  delete_rule: "rule",
  acknowledge_alert: "alert",
  complete_task: "task",
  get_subscription: "subscription",
  delete_subscription: "subscription",
  rotate_secret: "subscription",
  enable_subscription: "subscription",
  list_deliveries: "subscription",
  get_delivery: "delivery",
  redeliver: "delivery",
  redeliver_of_subscriptions: "delivery",
  get_account: "account",
  get_contact: "contact",
  get_report: "report",
  get_report_html: "report",
  get_report_pdf: "report",
  get_file: "file",
  get_file_info: "file",
  delete_file: "file",
  get_upload: "upload",
  store_part: "upload",
  complete_upload: "upload",
  abort_upload: "upload",
  get_endpoint: "endpoint",
  rotate_endpoint: "endpoint",
  delete_endpoint: "endpoint",
  update_endpoint: "endpoint",
  put_history: "endpoint",
  get_history: "endpoint",
  delete_history: "endpoint",
};
/** Routes whose id is no tenant's secret, since a provider's signature says whose it is, or is a secret itself. */
const BY_SIGNATURE = new Set([
  "receive_hook",
  "probe_hook",
  "ping",
  "post_ping",
  "ping_start",
  "post_ping_start",
  "ping_fail",
  "post_ping_fail",
]);

/** What else a path needs. */
const OTHERS = { number: "1", name: "spend_approval", model: "weft-static" };

/** Bodies that are right, so that it is the id that is refused. */
const BODIES = {
  signal_workflow: { type: "withdraw", payload: {} },
  decide_approval: (id) => ({ approver: "bob@acme.example", decision: "approve", content_hash: "0".repeat(64), id }),
  replace_rule: () => ({ version: 1, ...rule }),
  rotate_secret: {},
  rotate_job_secret: {},
  store_part: "four",
  update_job: { name: "Taken over" },
  backfill_job: { from: "2024-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" },
  rotate_endpoint: {},
  put_history: { provider: "fathom", api_key: "theirs" },
};

const rule = {
  name: "Mine",
  scope: "event",
  when: { "==": [1, 1] },
  then: [
    { do: "alert", severity: "warning", title: "Look" },
    { do: "task", title: "Do" },
  ],
};

const proposal = {
  title: "Seats",
  amount: "10",
  currency: "EUR",
  requester: "rita@acme.example",
  approvers: ["bob@acme.example"],
  expires_in: "2d",
};

const change = (entityName, recordId) => ({
  event: { replayId: 1 },
  payload: {
    ChangeEventHeader: {
      entityName,
      recordIds: [recordId],
      changeType: "CREATE",
      changeOrigin: "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/",
      transactionKey: `0003b8e5-${recordId}`,
      sequenceNumber: 1,
      commitTimestamp: Date.now(),
      commitNumber: 10_585_193_272,
      commitUser: "0055e000001AbCd",
      changedFields: [],
    },
    ...(entityName === "Account" ? { Name: "Acme" } : { Email: "bo@acme.example" }),
  },
});

before(async () => {
  mesh = await runningMesh();
  owner = new Customer(mesh, await newTenant(mesh, "isolation-a"));
  stranger = new Customer(mesh, await newTenant(mesh, "isolation-b"));
  document = (await send("GET", `${mesh.gateway}/openapi.json`)).json;
  receiver = await Receiver.start();
  receiver.answer = 204;
  await seed();
});
after(() => receiver?.stop());

async function made(method, path, json, body) {
  const answer = await owner.send(method, path, { json, body });
  assert.ok(answer.status >= 200 && answer.status < 300, String(answer));
  return answer.json;
}

/** Something of each kind, for the owner. */
async function seed() {
  ids.rule = (await made("POST", "/v1/rules", rule)).id;
  ids.subscription = (await made("POST", "/v1/subscriptions", { url: receiver.url })).id;
  ids.job = (
    await made("POST", "/v1/jobs", {
      name: "Later",
      schedule: { every: "300d" },
      task: { kind: "event", source: "generic", type: "tick", payload: {} },
    })
  ).id;
  const heartbeat = { name: "Beat", schedule: { every: "300d" }, task: { kind: "heartbeat", grace: "1h" } };
  ids.heartbeat = (await made("POST", "/v1/jobs", heartbeat)).id;
  const backfill = await made("POST", `/v1/jobs/${ids.job}/backfill`, BODIES.backfill_job);
  OTHERS.backfill_id = backfill.id;
  const filled = async () => (await owner.get(`/v1/jobs/${ids.job}/backfills/${backfill.id}`)).json;
  await until("the backfill is over", filled, ({ status }) => status === "completed");
  ids.approval = (await made("POST", "/v1/workflows/spend_approval", { params: proposal })).id;
  ids.report = (await made("POST", "/v1/reports", { kind: "account", account: "Quillhaven" })).id;
  ids.file = (await made("POST", "/v1/files?name=mine.txt", undefined, "mine")).id;
  ids.upload = (await made("POST", "/v1/files/uploads", { name: "big", size_bytes: 4 })).id;
  ids.endpoint = owner.endpoint("standard").id;
  await made("PUT", `/v1/endpoints/${ids.endpoint}/history`, { provider: "fathom", api_key: "mine" });
  const delivered = await deliver(owner.endpoint("standard"), call({ account: "Quillhaven" }));
  ids.event = delivered.json.event_id;
  for (const [entity, record] of [
    ["Account", "0015e00000AbCdEAAV"],
    ["Contact", "0035e00000AbCdEAAV"],
  ]) {
    await made("POST", "/v1/events", { source: "generic", type: "crm.change", payload: change(entity, record) });
  }
  await owner.settled(ids.event);
  const first = async (path) => {
    const found = await until(`there is something at ${path}`, () => owner.list(path), (all) => all.length > 0);
    return found[0].id;
  };
  ids.signal = (await owner.signals(ids.event))[0].id;
  ids.alert = await first("/v1/alerts");
  ids.task = await first("/v1/tasks");
  ids.account = await first("/v1/accounts");
  ids.contact = await first("/v1/contacts");
  ids.delivery = await first(`/v1/subscriptions/${ids.subscription}/deliveries`);
  const report = (all) => !["queued", "running", "waiting"].includes(all.status);
  await until("the report is made", async () => (await owner.get(`/v1/reports/${ids.report}`)).json, report);
}

/** Every operation of the description, with its path and method. */
function operations() {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return all.filter(({ operation }) => operation.operationId !== undefined);
}

/** What the owner sees of everything that has an id. Times of looking are none of it. */
async function everything() {
  const seen = {};
  for (const { path, method, operation } of operations()) {
    const kind = KINDS[operation.operationId];
    if (method !== "GET" || (kind === undefined && /\{/.test(path)) || path === "/v1/live") continue;
    if (!path.startsWith("/v1/") || path === "/v1/search" || path === "/v1/usage") continue;
    const id = ids[kind];
    const answer = await owner.send("GET", filled(path, id));
    // Links of a live page and the like do not change by themselves; what does is told apart below.
    seen[operation.operationId] = bare(answer, id);
  }
  return seen;
}

const filled = (path, id) => path.replace(/\{(\w+)\}/g, (_, name) => OTHERS[name] ?? id);

function asked(id, { path, method, operation }) {
  const body = BODIES[operation.operationId];
  const sent = typeof body === "function" ? body(id) : body;
  const options = typeof sent === "string" ? { body: sent } : { json: sent };
  return stranger.send(method, filled(path, id), sent === undefined ? {} : options);
}

/** An answer without what names the request: its trace, and the id. */
function bare(answer, id) {
  const text = answer.text.replaceAll(answer.trace, "TRACE").replaceAll(id, "ID");
  return { status: answer.status, text, type: answer.headers.get("content-type") };
}

test("every operation with an id has a case, and every case an operation", () => {
  for (const { path, operation } of operations()) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).filter((name) => !(name in OTHERS));
    if (named.length === 0 || BY_SIGNATURE.has(operation.operationId)) continue;
    const kind = KINDS[operation.operationId];
    assert.ok(kind, `\`${operation.operationId}\` (${path}) takes an id: say in \`KINDS\` of what kind, and seed one`);
    assert.ok(ids[kind], `nothing of the kind \`${kind}\` was made`);
  }
});

test("another tenant's id is answered as one that nobody has, and nothing changes", async () => {
  const before = await everything();
  let cases = 0;
  for (const one of operations()) {
    const kind = KINDS[one.operation.operationId];
    if (kind === undefined || BY_SIGNATURE.has(one.operation.operationId)) continue;
    const id = ids[kind];
    const unknown = newId(id.split("_")[0]);
    const theirs = await asked(id, one);
    const nobodys = await asked(unknown, one);
    const name = `${one.method} ${one.path}`;
    assert.equal(theirs.status, 404, `${name}: ${theirs}`);
    assert.deepEqual(bare(theirs, id), bare(nobodys, unknown), name);
    cases += 1;
  }
  assert.ok(cases > 30, `${cases} cases`);
  assert.deepEqual(await everything(), before);
});

/** The kinds of ids that a schema of the description refers to, by the names of its members. */
function idMembers(schema, found = [], seen = new Set()) {
  if (schema === null || typeof schema !== "object" || seen.has(schema)) return found;
  seen.add(schema);
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (JSON.stringify(member).match(/schemas\/(\w+)Id"/)) found.push(name);
  }
  for (const value of Object.values(schema)) {
    const target = value?.$ref?.replace("#/components/schemas/", "");
    idMembers(target ? document.components.schemas[target] : value, found, seen);
  }
  if (schema.$ref) idMembers(document.components.schemas[schema.$ref.split("/").at(-1)], found, seen);
  return found;
}

/** Ids in queries and bodies: what is asked, and how nothing shows. */
const INSIDE = {
  "list_signals ?event_id": async () => {
    const answer = await stranger.send("GET", `/v1/signals?event_id=${ids.event}`);
    assert.deepEqual(answer.json.items, []);
  },
  "search ?event_id": async () => {
    const answer = await stranger.send("GET", `/v1/search?q=budget&event_id=${ids.event}`);
    assert.deepEqual(answer.json.hits, []);
  },
  "start_workflow endpoint_id": async () => {
    const json = { params: { endpoint_id: ids.endpoint } };
    const answer = await stranger.send("POST", "/v1/workflows/sync", { json });
    assert.equal(answer.status, 422, String(answer));
  },
  "create_job endpoint_id": async () => {
    const json = { name: "Theirs", schedule: { every: "300d" }, task: { kind: "sync", endpoint_id: ids.endpoint } };
    const answer = await stranger.send("POST", "/v1/jobs", { json });
    assert.equal(answer.status, 422, String(answer));
  },
  "update_job endpoint_id": async () => {
    const task = { kind: "event", source: "generic", type: "tick", payload: {} };
    const json = { name: "Mine", schedule: { every: "300d" }, task };
    const { id } = (await stranger.send("POST", "/v1/jobs", { json })).json;
    const change = { task: { kind: "sync", endpoint_id: ids.endpoint } };
    const answer = await stranger.send("PATCH", `/v1/jobs/${id}`, { json: change });
    assert.equal(answer.status, 422, String(answer));
  },
  "test_rule event_id": async () => {
    const answer = await stranger.send("POST", "/v1/rules/test", { json: { rule, event_id: ids.event } });
    assert.equal(answer.status, 404, String(answer));
  },
};

test("an id in a query or a body names nothing of another tenant's either", async () => {
  const places = new Set();
  for (const { operation } of operations()) {
    for (const { name, in: place, schema } of operation.parameters ?? []) {
      if (place === "query" && /schemas\/\w+Id"/.test(JSON.stringify(schema))) {
        places.add(`${operation.operationId} ?${name}`);
      }
    }
    const body = operation.requestBody?.content?.["application/json"]?.schema;
    for (const name of idMembers(body)) places.add(`${operation.operationId} ${name}`);
  }
  for (const place of places) {
    assert.ok(INSIDE[place], `\`${place}\` is an id: add a case to \`INSIDE\``);
    await INSIDE[place]();
  }
  assert.ok(places.size >= 2, [...places].join(", "));
});

test("no list and no search of one tenant has anything of the other's", async () => {
  const own = Object.values(ids);
  for (const { path, method, operation } of operations()) {
    if (method !== "GET" || !path.startsWith("/v1/") || path.includes("{") || path === "/v1/live") continue;
    const query = operation.operationId === "search" ? "?q=budget+Quillhaven" : "";
    const answer = await stranger.send("GET", `${path}${query}`);
    assert.equal(answer.status, 200, String(answer));
    for (const id of own) assert.ok(!answer.text.includes(id), `${path} shows ${id}`);
    assert.ok(!answer.text.includes("Quillhaven"), `${path}: ${answer}`);
  }
});
