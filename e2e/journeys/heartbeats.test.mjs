//! Heartbeats: a job that expects to be pinged says so when nobody does, at once and once, and when somebody does again.

import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { addKey, newTenant } from "../support/tenants.mjs";

let mesh;

before(async () => {
  mesh = await runningMesh();
});

// A job that repeats would go on for as long as the mesh runs.
const created = [];
afterEach(async () => {
  for (const { customer, id } of created.splice(0)) await customer.send("DELETE", `/v1/jobs/${id}`);
});

const newCustomer = async (name) => new Customer(mesh, await newTenant(mesh, name));

async function create(customer, schedule, grace, rest = {}) {
  const json = { name: "Nightly copy", schedule, task: { kind: "heartbeat", grace }, ...rest };
  const answer = await customer.send("POST", "/v1/jobs", { json });
  assert.equal(answer.status, 201, String(answer));
  created.push({ customer, id: answer.json.id });
  return answer.json;
}

const runs = (customer, job) => customer.list(`/v1/jobs/${job.id}/runs`);
const told = async (customer) => (await customer.events()).map(({ type }) => type).reverse();

test("a heartbeat that nobody pings fails and says so, and one ping ends it", async () => {
  const customer = await newCustomer("heartbeat-silent");
  const job = await create(customer, { every: "1s" }, "1s");
  assert.deepEqual([job.task, job.alert], [{ kind: "heartbeat", grace: "1s" }, { after: 1 }]);
  const failed = await until(
    "it fails",
    () => runs(customer, job),
    (all) => all.some(({ outcome }) => outcome === "failed"),
  );
  const first = failed.findLast(({ outcome }) => outcome === "failed");
  assert.match(first.error, /^no ping came by .*; none ever came$/);
  assert.equal(Date.parse(first.scheduled_for), Date.parse(job.created_at) + 1000);
  await until("that is told", () => told(customer), (types) => types.includes("job.failing"));
  assert.ok((await customer.get("/v1/jobs?status=failing")).json.items.some(({ id }) => id === job.id));

  const ping = await send("GET", job.ping_url);
  assert.deepEqual([ping.status, ping.text], [200, "OK\n"]);
  const types = await until("that it is over is told", () => told(customer), (all) => all.includes("job.recovered"));
  assert.deepEqual(types.slice(0, 2), ["job.failing", "job.recovered"]);
  await customer.send("POST", `/v1/jobs/${job.id}/pause`);
  const all = await runs(customer, job);
  const times = all.map((run) => run.scheduled_for);
  assert.equal(new Set(times).size, times.length, "each time has one outcome");
  const good = all.find(({ outcome }) => outcome === "succeeded");
  assert.equal(good.ping.status, "success");
  assert.equal(good.lateness_ms, Math.max(0, Date.parse(good.started_at) - Date.parse(good.scheduled_for)));
});

test("a beginning, an end and a failure are told with and without a key, with their messages", async () => {
  const customer = await newCustomer("heartbeat-told");
  const job = await create(customer, { every: "1h" }, "5m");
  assert.equal((await send("POST", `${job.ping_url}/start`)).status, 200);
  const ended = await customer.send("POST", `/v1/jobs/${job.id}/ping`, { json: { message: "412 rows" } });
  assert.deepEqual([ended.status, ended.json.settled], [200, []], "it is early, for the time to come");
  assert.equal((await send("HEAD", job.ping_url)).status, 200);
  assert.equal((await customer.send("POST", `/v1/jobs/${job.id}/ping`)).status, 200, "the body may be left out");
  const failed = await send("POST", `${job.ping_url}/fail`, { body: "disk full" });
  assert.equal(failed.status, 200);

  const pings = (await customer.get(`/v1/jobs/${job.id}/pings`)).json.items;
  assert.deepEqual(
    pings.map(({ status, message }) => [status, message]),
    [
      ["fail", "disk full"],
      ["success", undefined],
      ["success", undefined],
      ["success", "412 rows"],
      ["start", undefined],
    ],
  );
  assert.equal(pings[3].began_at, pings[4].at);
  const seen = (await customer.get(`/v1/jobs/${job.id}`)).json;
  assert.deepEqual(seen.last_ping, pings[0]);
  const [run] = await runs(customer, job);
  assert.deepEqual([run.outcome, run.error], ["failed", "it was pinged as failed: disk full"]);
  assert.equal(run.scheduled_for, job.next_run_at, "judged ahead of its time, once");
  await until("it is told", () => told(customer), (types) => types.includes("job.failing"));
});

test("an address is shown to those who may ping, works until it is rotated, and any other is nobody's", async () => {
  const customer = await newCustomer("heartbeat-address");
  const job = await create(customer, { cron: "0 3 * * *", timezone: "Europe/Berlin" }, "30m");
  assert.match(job.ping_url, /\/ping\/[A-Za-z0-9_-]{64}$/);
  const reader = new Customer(mesh, customer.tenant, await addKey(mesh, customer.tenant, { scopes: ["jobs:read"] }));
  assert.equal((await reader.get(`/v1/jobs/${job.id}`)).json.ping_url, undefined);
  assert.equal((await customer.get(`/v1/jobs/${job.id}`)).json.ping_url, job.ping_url);
  assert.equal((await customer.list("/v1/jobs"))[0].ping_url, job.ping_url);

  const rotated = await customer.send("POST", `/v1/jobs/${job.id}/ping/rotate`);
  assert.equal(rotated.status, 200, String(rotated));
  assert.notEqual(rotated.json.ping_url, job.ping_url);
  const stranger = await newCustomer("heartbeat-stranger");
  const other = await create(stranger, { every: "1h" }, "5m");
  const base = job.ping_url.slice(0, -64);
  const token = (url) => url.slice(-64);
  const mixed = token(other.ping_url).slice(0, 22) + token(rotated.json.ping_url).slice(22);
  for (const wrong of [token(job.ping_url), mixed, "A".repeat(64), "x", "%F0%9F%92%A5", "A".repeat(2000)]) {
    for (const [method, path] of [
      ["GET", wrong],
      ["POST", `${wrong}/fail`],
    ]) {
      assertProblem(await send(method, base + path), 404, "ping.not_found");
    }
  }
  assert.equal((await send("POST", rotated.json.ping_url)).status, 200);
  assert.equal((await customer.get(`/v1/jobs/${job.id}/pings`)).json.items.length, 1);
  await customer.send("DELETE", `/v1/jobs/${job.id}`);
  assertProblem(await send("POST", rotated.json.ping_url), 404, "ping.not_found");
});

test("what has no meaning for a heartbeat is refused", async () => {
  const customer = await newCustomer("heartbeat-refused");
  const job = await create(customer, { every: "1h" }, "5m");
  assertProblem(await customer.send("POST", `/v1/jobs/${job.id}/run`), 409, "job.heartbeat");
  const task = { kind: "heartbeat", grace: "5m" };
  const base = { name: "x", schedule: { every: "1h" }, task };
  for (const [json, pointer] of [
    [{ ...base, task: { kind: "heartbeat" } }, "/task/grace"],
    [{ ...base, task: { kind: "heartbeat", grace: "8d" } }, "/task/grace"],
    [{ ...base, overlap: "skip" }, "/overlap"],
    [{ ...base, retry: { max_attempts: 1 } }, "/retry"],
  ]) {
    const answer = await customer.send("POST", "/v1/jobs", { json });
    const problem = assertProblem(answer, 422, "request.invalid");
    assert.equal((problem ?? answer.json).errors[0].pointer, pointer, String(answer));
  }
  const usual = { ...base, task: { kind: "event", source: "generic", type: "tick", payload: {} } };
  const other = (await customer.send("POST", "/v1/jobs", { json: usual })).json;
  created.push({ customer, id: other.id });
  assertProblem(await customer.send("POST", `/v1/jobs/${other.id}/ping`), 409, "job.no_heartbeat");
});
