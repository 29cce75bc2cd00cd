//! What a tenant is told that it used: requests by operation and key, events once, what it stores; and nobody else's.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { addKey, newTenant } from "../support/tenants.mjs";

let mesh;
before(async () => {
  mesh = await runningMesh();
});

const usage = async (customer, query = "") => (await customer.get(`/v1/usage${query}`)).json;

test("requests, events and what is stored are counted, each tenant's for itself", async () => {
  const [ours, theirs] = [new Customer(mesh, await newTenant(mesh, "usage")), new Customer(mesh, await newTenant(mesh, "usage-other"))];
  const second = new Customer(mesh, ours.tenant, await addKey(mesh, ours.tenant));
  const body = call({ account: "Metered" });
  for (const duplicate of [false, true]) {
    const answer = await deliver(ours.endpoint("standard"), body, { id: "msg_metered" });
    assert.deepEqual([answer.status, answer.json.duplicate], [202, duplicate]);
  }
  const sent = await ours.send("POST", "/v1/events", { json: { source: "generic", type: "note", payload: { text: "hello" } } });
  assert.equal(sent.status, 202, String(sent));
  const stored = await ours.send("POST", "/v1/files?name=a.bin", { body: Buffer.alloc(1234), headers: { "content-type": "application/octet-stream" } });
  assert.equal(stored.status, 201, String(stored));
  for (let n = 0; n < 3; n += 1) await second.get("/v1/alerts");
  assert.equal((await second.send("GET", "/v1/jobs/job_none")).status, 404);

  const operations = (answer) => Object.fromEntries(answer.groups.map(({ group, ...amounts }) => [group, amounts]));
  const whole = await until(
    "every request is counted",
    () => usage(ours, "?group_by=operation"),
    (answer) => operations(answer).get_job?.requests === 1 && operations(answer).receive_hook?.requests === 2,
  );
  const counted = operations(whole);
  assert.equal(counted.receive_hook.events, 1, "the duplicate is no event");
  assert.deepEqual([counted.submit_event.events, counted.list_alerts.requests, counted.get_job.refused], [1, 3, 1]);
  assert.equal(whole.totals.events, 2);
  assert.equal(whole.totals.failed, 0);
  const raw = Buffer.byteLength(body);
  assert.deepEqual([whole.storage.files, whole.storage.file_bytes, whole.storage.events], [1, 1234, 2]);
  assert.ok(whole.storage.event_bytes > raw, `${whole.storage.event_bytes} bytes, of ${raw} and a little more`);

  const keys = (await usage(ours, "?group_by=key")).groups;
  const other = keys.find(({ group }) => group !== "" && second.key.startsWith(group));
  assert.equal(other.requests, 4, JSON.stringify(keys));
  assert.equal(keys.find(({ group }) => group === "").requests, 2, "deliveries have no key");

  const today = new Date().toISOString().slice(0, 10);
  for (const [group, pattern] of [["hour", /T\d\d:00:00Z$/], ["day", /^\d{4}-\d\d-\d\d$/], ["month", /^\d{4}-\d\d$/]]) {
    const { groups } = await usage(ours, `?group_by=${group}`);
    assert.ok(groups.every((each) => pattern.test(each.group)), JSON.stringify(groups));
  }
  const before = await usage(ours, `?to=${today}T00:00:00Z&from=2026-01-01T00:00:00Z&group_by=month`);
  assert.deepEqual([before.totals.requests, before.groups], [0, []], "it began today");

  const nothing = await usage(theirs);
  assert.equal(nothing.totals.events, 0);
  assert.deepEqual(nothing.storage, { files: 0, file_bytes: 0, events: 0, event_bytes: 0 });
});

test("a time that makes no sense, or is gone, is refused with what is kept", async () => {
  const customer = new Customer(mesh, await newTenant(mesh, "usage-bad"));
  for (const query of ["from=yesterday", "group_by=week", "from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z", "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z"]) {
    assertProblem(await customer.send("GET", `/v1/usage?${query}`), 400, "request.invalid_parameter");
  }
});
