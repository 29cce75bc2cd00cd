//! A tenant with more jobs than one object takes: they are in several, and its client sees one list.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { readStored } from "../support/database.mjs";
import { send } from "../support/http.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";

const VIEWER = "vera.viewer@weft.example";
const ROOM = 3;
const JOBS = 8;

test("jobs beyond the room of an object run, are listed and are changed like any other", async (t) => {
  const state = await newState();
  const mesh = await OwnMesh.start(state, { JOBS_PER_OBJECT: String(ROOM) });
  t.after(async () => {
    await mesh.discard();
    await removeState(state);
  });
  const [tenant, other] = mesh.tenants;
  const customer = new Customer(mesh, tenant);
  const body = (number) => ({
    name: `Job ${number}`,
    schedule: { every: "1h" },
    task: { kind: "event", source: "generic", type: "part.tried", payload: { number } },
  });
  const create = (number) =>
    customer.send("POST", "/v1/jobs", { json: body(number), headers: { "idempotency-key": `job-${number}` } });
  const made = [];
  for (let number = 0; number < JOBS; number++) {
    const answer = await create(number);
    assert.equal(answer.status, 201, String(answer));
    made.push(answer.json.id);
  }
  assert.equal(new Set(made).size, JOBS);
  const again = await Promise.all(made.map((_, number) => create(number)));
  assert.deepEqual(again.map(({ json }) => json.id), made, "a key makes one job");

  const newest = made.toReversed();
  for (const limit of [1, 2, 3, 200]) {
    assert.deepEqual((await customer.list("/v1/jobs", { limit })).map(({ id }) => id), newest, `pages of ${limit}`);
  }

  // At the same time, so that the objects work beside each other.
  await Promise.all(made.map((id) => customer.send("POST", `/v1/jobs/${id}/run`)));
  for (const id of made) {
    const done = (runs) => runs.length === 1 && runs[0].outcome === "succeeded";
    await until(`job ${id} runs`, () => customer.list(`/v1/jobs/${id}/runs`), done);
  }
  for (const id of made) {
    const path = `/v1/jobs/${id}`;
    assert.equal((await customer.send("POST", `${path}/pause`)).json.status, "paused");
    const headers = { "content-type": "application/merge-patch+json" };
    const renamed = await customer.send("PATCH", path, { body: '{"name":"Renamed"}', headers });
    assert.equal(renamed.json.name, "Renamed", String(renamed));
    assert.equal((await customer.get(path)).json.status, "paused");
    assert.equal((await new Customer(mesh, other).send("GET", path)).status, 404, "another tenant's is not there");
  }

  const objects = await readStored(
    state,
    "schedule_objects",
    `SELECT part FROM schedule_objects WHERE tenant_id = '${tenant.id}' ORDER BY part`,
  );
  assert.deepEqual(objects.map(({ part }) => part), [0, 1, 2], "each is looked after");
  const { json } = await send("POST", `${mesh.access_issuer}/token`, { json: { email: VIEWER } });
  const admin = async (path) =>
    (await send("GET", `${mesh.admin}${path}`, { headers: { "cf-access-jwt-assertion": json.token } })).json;
  const scan = await admin(`/admin/api/schedules/scan?tenant=${tenant.id}`);
  assert.deepEqual([scan.items, scan.scanned.jobs, scan.next_cursor], [[], JOBS, null], JSON.stringify(scan));
  const entry = (await admin("/admin/api/schedules")).items.find((found) => found.tenant === tenant.id);
  assert.equal(entry.parts, 3);

  for (const id of made) assert.equal((await customer.send("DELETE", `/v1/jobs/${id}`)).status, 204);
  assert.deepEqual(await customer.list("/v1/jobs"), []);
});
