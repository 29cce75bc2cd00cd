//! Jobs that make HTTP requests: signed, tried again where that helps, and told by their runs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { Receiver, verify } from "../support/receiver.mjs";
import { addKey, newTenant } from "../support/tenants.mjs";

let mesh;
let customer;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "http-jobs"));
});

const receivers = [];
after(() => Promise.all(receivers.map((receiver) => receiver.stop())));

async function receiver() {
  const started = await Receiver.start();
  receivers.push(started);
  return started;
}

/** Creates a job that is due at once. */
async function create(task, more = {}) {
  const json = { name: "Call home", schedule: { at: new Date().toISOString() }, task: { kind: "http", ...task }, ...more };
  const answer = await customer.send("POST", "/v1/jobs", { json });
  assert.equal(answer.status, 201, String(answer));
  return answer.json;
}

/** The job's run, once it is over. */
async function over(job) {
  const run = async () => (await customer.list(`/v1/jobs/${job.id}/runs`))[0];
  return until(`job ${job.id} is over`, run, (found) => ["succeeded", "failed"].includes(found?.outcome));
}

const QUICKLY = { retry: { max_attempts: 3, delay: "1s" } };

test("a request is signed with the job's secret, which is shown once", async () => {
  const endpoint = await receiver();
  const headers = { authorization: "Bearer theirs", "X-Team": "revenue" };
  const job = await create({ url: endpoint.url, headers, payload: { n: 1 } });
  assert.match(job.secret, /^whsec_/);
  assert.deepEqual(job.task, {
    kind: "http",
    url: endpoint.url,
    method: "POST",
    header_names: ["authorization", "x-team"],
    payload: { n: 1 },
  });
  const [request] = await endpoint.received(1);
  verify(request, job.secret);
  assert.equal(request.headers.authorization, "Bearer theirs");
  assert.equal(request.headers["x-team"], "revenue");
  assert.equal(request.headers["content-type"], "application/json");
  assert.deepEqual(request.json, { n: 1 });
  const run = await over(job);
  assert.deepEqual([run.outcome, run.status_code, run.attempts], ["succeeded", 204, 1]);
  assert.equal(request.id, `${job.id}_${Date.parse(run.scheduled_for)}`);
  assert.ok(request.headers.traceparent.includes(run.trace_id), request.headers.traceparent);
  const read = (await customer.get(`/v1/jobs/${job.id}`)).json;
  assert.equal(read.secret, undefined);
  assert.ok(!JSON.stringify(read).includes("theirs"), "headers may be credentials");
});

test("a body is what was asked for, or names the job and the time", async () => {
  const endpoint = await receiver();
  const job = await create({ url: endpoint.url });
  const [due] = await endpoint.received(1);
  verify(due, job.secret);
  assert.equal(due.json.type, "job.due");
  assert.equal(due.json.data.job_id, job.id);
  await create({ url: endpoint.url, method: "PUT", body: '"as it is" ' });
  await create({ url: endpoint.url, method: "GET" });
  const arrived = await endpoint.received(3);
  const [put] = arrived.filter(({ method }) => method === "PUT");
  assert.deepEqual([put.bytes.toString(), put.headers["content-type"]], ['"as it is" ', "text/plain; charset=utf-8"]);
  const [get] = arrived.filter(({ method }) => method === "GET");
  assert.equal(get.bytes.length, 0);
});

test("a rotated secret signs beside the one before, for as long as was asked for", async () => {
  const endpoint = await receiver();
  const job = await create({ url: endpoint.url }, { schedule: { every: "366d" } });
  const rotate = async (json) => {
    const answer = await customer.send("POST", `/v1/jobs/${job.id}/rotate`, { json });
    assert.equal(answer.status, 200, String(answer));
    return answer.json;
  };
  const request = async () => {
    const before = endpoint.arrived.length;
    assert.equal((await customer.send("POST", `/v1/jobs/${job.id}/run`)).status, 202);
    return (await endpoint.received(before + 1)).at(-1);
  };
  const second = await rotate();
  const both = await request();
  for (const secret of [job.secret, second.secret]) verify(both, secret);
  assert.ok(Date.parse(second.previous_valid_until) > Date.now());
  const third = await rotate({ overlap_seconds: 0 });
  assert.equal(third.previous_valid_until, null);
  const alone = await request();
  verify(alone, third.secret);
  assert.throws(() => verify(alone, second.secret));
  const tick = { name: "Tick", schedule: { every: "1h" }, task: { kind: "purge" } };
  const other = (await customer.send("POST", "/v1/jobs", { json: tick })).json;
  assertProblem(await customer.send("POST", `/v1/jobs/${other.id}/rotate`), 409, "job.no_request");
});

test("an endpoint that is busy is asked again, under the same id", async () => {
  const endpoint = await receiver();
  endpoint.answer = { status: 503, headers: { "retry-after": "2" }, body: "busy" };
  const job = await create({ url: endpoint.url }, QUICKLY);
  await endpoint.received(1);
  endpoint.answer = 200;
  const run = await over(job);
  assert.deepEqual([run.outcome, run.attempts, run.status_code], ["succeeded", 2, 200]);
  assert.equal(run.tries[0].error, "the endpoint answered 503: busy");
  const [first, second] = endpoint.arrived;
  assert.equal(first.id, second.id);
  const waited = Date.parse(run.tries[1].started_at) - Date.parse(run.tries[0].ended_at);
  assert.ok(waited >= 2_000, `it wanted two seconds and had ${waited} ms`);
});

test("an endpoint that will not do it is asked once, and its run says what it answered", async () => {
  const endpoint = await receiver();
  endpoint.answer = { status: 404, body: "no such page" };
  const missing = await over(await create({ url: endpoint.url }, QUICKLY));
  assert.deepEqual([missing.outcome, missing.attempts], ["failed", 1]);
  assert.equal(missing.error, "the endpoint answered 404: no such page");
  endpoint.answer = { status: 302, headers: { location: endpoint.url } };
  const moved = await over(await create({ url: endpoint.url }, QUICKLY));
  assert.deepEqual([moved.outcome, moved.attempts], ["failed", 1]);
  assert.match(moved.error, /redirects are not followed/);
  assert.equal(endpoint.arrived.length, 2);
});

test("an endpoint that does not answer has as long as the job's timeout, in each try", async () => {
  const endpoint = await receiver();
  endpoint.answer = null;
  const job = await create({ url: endpoint.url }, { retry: { max_attempts: 2, delay: "1s" }, timeout: "1s" });
  const run = await over(job);
  assert.deepEqual([run.outcome, run.attempts, endpoint.arrived.length], ["failed", 2, 2]);
  for (const { error } of run.tries) assert.match(error, /did not answer within \d+ ms|was not confirmed in time/);
});

test("a request that cannot be made is refused when the job is", async () => {
  const check = async (task, pointer, code = "request.invalid") => {
    const json = { name: "Call home", schedule: { every: "1h" }, task: { kind: "http", ...task } };
    const problem = assertProblem(await customer.send("POST", "/v1/jobs", { json }), 422, code);
    assert.deepEqual(problem.errors.map((error) => error.pointer), [pointer], problem.detail);
  };
  const url = "https://customer.example.com/hook";
  await check({}, "/task/url");
  await check({ url: "customer.example.com" }, "/task/url");
  await check({ url: "ftp://customer.example.com" }, "/task/url");
  await check({ url, method: "HEAD" }, "/task/method");
  await check({ url, headers: { host: "other" } }, "/task/headers/host");
  await check({ url, headers: { "webhook-id": "1" } }, "/task/headers/webhook-id");
  await check({ url, headers: { "x-a": "line\nbreak" } }, "/task/headers/x-a");
  await check({ url, method: "GET", payload: {} }, "/task/payload");
  const poor = new Customer(mesh, customer.tenant, await addKey(mesh, customer.tenant, { scopes: ["jobs:write"] }));
  const json = { name: "Call home", schedule: { every: "1h" }, task: { kind: "http", url } };
  const refused = await poor.send("POST", "/v1/jobs", { json });
  assert.equal(refused.status, 403, String(refused));
  assert.ok(refused.json.detail.includes("subscriptions:write"), refused.json.detail);
});
