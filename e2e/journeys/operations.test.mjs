//! Operators look for events of all tenants, and run, pause and resume a tenant's job; each act has a name on it.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const tokens = {};
let mesh;
before(async () => {
  mesh = await runningMesh();
  for (const [role, email] of [["owner", "olivia.owner@weft.example"], ["viewer", "vera.viewer@weft.example"]]) {
    tokens[role] = (await send("POST", `${mesh.access_issuer}/token`, { json: { email } })).json.token;
  }
});

const ask = (role, path, method = "GET") =>
  send(method, `${mesh.admin}/admin/api/${path}`, { headers: { "cf-access-jwt-assertion": tokens[role] } });

async function read(path, role = "viewer") {
  const answer = await ask(role, path);
  assert.equal(answer.status, 200, String(answer));
  return answer.json;
}

const acts = async (target) => (await read(`audit?target=${target}`)).items.map(({ action, actor }) => [action, actor]);

test("an event is found by its status or its id, whosever it is", async () => {
  const customer = new Customer(mesh, await newTenant(mesh, "operations"));
  const { json } = await deliver(customer.endpoint("standard"), call({ account: "Operated" }), { id: "msg_operated" });
  await customer.settled(json.event_id);
  const found = await read(`events?tenant=${customer.tenant.id}&status=processed`);
  assert.deepEqual(found.items.map(({ id, tenant }) => [id, tenant]), [[json.event_id, customer.tenant.id]]);
  const newest = await read("events?limit=200");
  assert.ok(newest.items.some(({ id }) => id === json.event_id), "without a tenant, the newest of all");

  const event = await read(`events/${json.event_id}`);
  assert.equal(event.tenant, customer.tenant.id);
  assert.ok(event.steps.length > 3 && event.steps.every(({ status }) => status !== "failed"), JSON.stringify(event));
  assert.deepEqual(await acts(json.event_id), [["event.read", "person:vera.viewer@weft.example"]]);
  assertProblem(await ask("viewer", "events/evt_00000000000070008000000000000001"), 404, "event.not_found");
});

test("a job is paused, resumed and run by an operator, and by no viewer", async () => {
  const customer = new Customer(mesh, await newTenant(mesh, "operations-jobs"));
  const other = await newTenant(mesh, "operations-other");
  const task = { kind: "event", source: "generic", type: "tick", payload: {} };
  const made = await customer.send("POST", "/v1/jobs", { json: { name: "Nightly", schedule: { every: "1h" }, task } });
  assert.equal(made.status, 201, String(made));
  const { id } = made.json;
  const of = (act = "") => `jobs/${id}${act}?tenant=${customer.tenant.id}`;

  assert.deepEqual((await read(`jobs?tenant=${customer.tenant.id}`)).items.map((job) => job.id), [id]);
  assert.deepEqual((await read(`jobs?tenant=${other.id}`)).items, []);
  assertProblem(await ask("viewer", `jobs/${id}?tenant=${other.id}`), 404, "job.not_found");
  assertProblem(await ask("viewer", "jobs"), 400, "request.invalid_parameter");
  assertProblem(await ask("viewer", of("/pause"), "POST"), 403, "access.role_missing");

  assert.equal((await ask("owner", of("/pause"), "POST")).json.status, "paused");
  assert.equal((await customer.get(`/v1/jobs/${id}`)).json.status, "paused");
  assert.equal((await ask("owner", of("/resume"), "POST")).json.status, "active");
  const ran = await ask("owner", of("/run"), "POST");
  assert.equal(ran.status, 202, String(ran));
  const runs = await until(
    "the run is over",
    () => read(of("/runs")),
    ({ items }) => items.some((run) => run.id === ran.json.id && run.outcome === "succeeded"),
  );
  assert.ok(runs.items.length >= 1);
  const told = (await acts(id)).map(([action]) => action);
  assert.deepEqual(told, ["job.run.done", "job.run", "job.resume.done", "job.resume", "job.pause.done", "job.pause"]);
});
