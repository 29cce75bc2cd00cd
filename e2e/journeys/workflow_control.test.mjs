//! Operators find instances of workflows and steer them in the real engine; each act is on record with before and after.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { acts, ask } from "../support/console.mjs";
import { Customer } from "../support/customer.mjs";
import { runSql } from "../support/explorer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const TRIGGER = "journey_refuses_signals";

let mesh;
let customer;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "workflow-control"));
});

const data = (text, params) => runSql(mesh, "DATA_DB", text, params);

after(() => data(`DROP TRIGGER IF EXISTS ${TRIGGER}`));

async function instance(id) {
  const answer = await ask(mesh, "viewer", "GET", `workflows/${id}`);
  assert.equal(answer.status, 200, String(answer));
  return answer.json;
}

async function act(id, name, json = {}) {
  const answer = await ask(mesh, "operator", "POST", `workflows/${id}/${name}`, { json });
  assert.equal(answer.status, 200, String(answer));
  return answer.json;
}

async function list(query) {
  const answer = await ask(mesh, "viewer", "GET", `workflows?${new URLSearchParams(query)}`);
  assert.equal(answer.status, 200, String(answer));
  return answer.json;
}

test("an instance at work is restarted from a step, held, and ended; its event can be replayed", async () => {
  // What is found in this tenant's calls cannot be stored, so that the step is tried again and again.
  await data(
    `CREATE TRIGGER ${TRIGGER} BEFORE INSERT ON signals WHEN NEW.tenant_id = '${customer.tenant.id}' BEGIN
       SELECT RAISE(ABORT, 'the store is broken on purpose');
     END`,
  );
  const { json } = await deliver(customer.endpoint("standard"), call({ account: "Steered" }));
  const id = json.event_id;
  const stuck = ({ steps }) => steps.some((step) => step.name === "store" && step.error);
  await until("it is stuck at a step", () => customer.event(id), stuck, { show: ({ steps }) => steps });
  const [listed] = (await list({ tenant: customer.tenant.id, status: "running" })).items;
  assert.deepEqual([listed.id, listed.name, listed.event_id], [id, "call_ingest", id]);

  assertProblem(await ask(mesh, "viewer", "POST", `workflows/${id}/pause`), 403, "access.role_missing");
  const unknown = await ask(mesh, "operator", "POST", `workflows/${id}/restart`, { json: { from: "nowhere" } });
  assertProblem(unknown, 422, "request.invalid");
  const again = await act(id, "restart", { from: "extract" });
  assert.deepEqual([again.before.status, again.after.status, again.begun], ["running", "running", null]);
  const load = (await instance(id)).steps.find(({ name }) => name === "load");
  assert.equal(load.attempts, 1, "what stands before the step is not done again");

  const paused = await act(id, "pause");
  assert.deepEqual([paused.before.status, paused.after.status], ["running", "paused"]);
  const stale = await ask(mesh, "operator", "POST", `workflows/${id}/terminate`, {
    json: { version: paused.before.version },
  });
  assertProblem(stale, 409, "request.stale");
  assert.equal(stale.json.current.status, "paused");
  const ended = await act(id, "terminate", { version: paused.after.version });
  assert.equal(ended.after.status, "terminated");
  const event = await customer.settled(id);
  assert.equal(event.status, "failed", JSON.stringify(event));
  assertProblem(await ask(mesh, "operator", "POST", `workflows/${id}/resume`), 409, "request.not_possible");

  const recorded = (await acts(mesh, id)).filter(({ action }) => action.endsWith(".done"));
  assert.deepEqual(
    recorded.map(({ action, before, after }) => [action, before.status, after.status]),
    [
      ["workflow.terminate.done", "paused", "terminated"],
      ["workflow.pause.done", "running", "paused"],
      ["workflow.restart.done", "running", "running"],
    ],
  );

  await data(`DROP TRIGGER ${TRIGGER}`);
  const { begun } = await act(id, "restart");
  assert.equal(begun, `${id}-1`, "what has ended stays, and another run begins");
  const processed = await until("it is processed", () => customer.event(id), ({ status }) => status === "processed");
  assert.ok(processed.signals_count > 0);
  const ids = (await list({ tenant: customer.tenant.id, name: "call_ingest" })).items.map((one) => [one.id, one.status]);
  assert.deepEqual(ids, [[begun, "completed"], [id, "terminated"]]);
});

test("a proposal's instance is held, goes on and is found by tenant, name and page", async () => {
  const params = {
    title: "Seats", amount: "10", currency: "EUR", requester: "rita@acme.example",
    approvers: ["bob@acme.example"], expires_in: "2d",
  };
  const ids = [];
  for (let count = 0; count < 3; count += 1) {
    const made = await customer.send("POST", "/v1/workflows/spend_approval", { json: { params } });
    assert.equal(made.status, 202, String(made));
    ids.unshift(made.json.id);
  }
  const query = { tenant: customer.tenant.id, name: "spend_approval", limit: 2 };
  const first = await list(query);
  const rest = await list({ ...query, cursor: first.next_cursor });
  assert.deepEqual([...first.items, ...rest.items].map(({ id }) => id), ids);
  assert.equal(rest.next_cursor, null);

  const [id] = ids;
  await until("it is at work", () => instance(id), ({ status }) => status === "running");
  assert.equal((await act(id, "pause")).after.status, "paused");
  assert.equal((await customer.get(`/v1/workflows/spend_approval/${id}`)).json.status, "paused");
  assert.equal((await act(id, "resume")).after.status, "running");
  const refused = await ask(mesh, "operator", "POST", `workflows/${id}/restart`, { json: { from: "open" } });
  assertProblem(refused, 409, "request.not_possible");
  assert.match((await instance(id)).no_restart_from, /turns/);
  assert.equal((await act(id, "terminate")).after.status, "terminated");
  assert.equal((await customer.get(`/v1/approvals/${id}`)).json.status, "withdrawn");
  assertProblem(await ask(mesh, "operator", "POST", `workflows/${id}/restart`), 409, "request.not_possible");
  assertProblem(await ask(mesh, "viewer", "GET", "workflows/evt_1"), 404, "workflow.not_found");
  assertProblem(await ask(mesh, "viewer", "GET", "workflows?name=unknown"), 400, "request.invalid_parameter");
});
