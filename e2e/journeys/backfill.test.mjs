//! Events of a range run again from what is archived: once each, and no others.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;
let customer;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "backfill"));
});

async function submit(type, payload) {
  const answer = await customer.send("POST", "/v1/events", { json: { source: "generic", type, payload } });
  assert.equal(answer.status, 202, String(answer));
  return customer.settled(answer.json.event_id);
}

test("a range runs again once, its signals stand in place of those before, and what is not of it stays", async () => {
  const calls = [];
  for (const account of ["Ostrander", "Fennimore"]) {
    calls.push(await submit("call.completed", JSON.parse(call({ account }))));
  }
  const other = await submit("page.viewed", { page: 1 });
  const found = await Promise.all(calls.map(({ id }) => customer.signals(id)));
  assert.ok(found.every((signals) => signals.length > 0));

  const params = { from: calls[0].received_at, type: "call.completed", per_minute: 600 };
  const headers = { "idempotency-key": "again" };
  const asked = await customer.send("POST", "/v1/workflows/backfill", { json: { params }, headers });
  assert.equal(asked.status, 202, String(asked));
  const repeated = await customer.send("POST", "/v1/workflows/backfill", { json: { params }, headers });
  assert.deepEqual([repeated.json.id, repeated.json.duplicate], [asked.json.id, true]);
  const path = `/v1/workflows/backfill/${asked.json.id}`;
  const ended = ({ status }) => ["completed", "failed", "terminated"].includes(status);
  const run = await until("the backfill ends", async () => (await customer.get(path)).json, ended);
  assert.equal(run.status, "completed", run.error);
  const { last, ...counts } = run.output;
  assert.deepEqual(counts, { total: 2, seen: 2, fed: 2, busy: 0, complete: true });
  assert.equal(last, calls[1].id);
  assert.deepEqual(run.steps.map(({ name }) => name), ["count", "pick", "feed"]);

  for (const [n, before] of calls.entries()) {
    const again = ({ status, steps }) =>
      status === "processed" && steps.length > 0 && steps[0].started_at > before.steps[0].started_at;
    const event = await until("it ran again", async () => (await customer.get(`/v1/events/${before.id}`)).json, again);
    assert.equal(event.signals_count, before.signals_count);
    const ids = (signals) => signals.map(({ id }) => id).sort();
    assert.deepEqual(ids(await customer.signals(before.id)), ids(found[n]), "the same signals, once");
  }
  const untouched = (await customer.get(`/v1/events/${other.id}`)).json;
  assert.equal(untouched.updated_at, other.updated_at);
  const stranger = new Customer(mesh, await newTenant(mesh, "backfill-other"));
  assertProblem(await stranger.send("GET", path), 404, "workflow.not_found");
});

test("a range that cannot be is refused with its place", async () => {
  const send = (params) => customer.send("POST", "/v1/workflows/backfill", { json: { params } });
  const future = assertProblem(await send({ from: "2199-01-01T00:00:00Z" }), 422, "request.invalid");
  assert.deepEqual(future.errors.map(({ pointer }) => pointer), ["/params/from"]);
  const odd = assertProblem(await send({ per_minute: 0 }), 422, "request.invalid");
  assert.deepEqual(odd.errors.map(({ pointer }) => pointer).sort(), ["/params/from", "/params/per_minute"]);
});
