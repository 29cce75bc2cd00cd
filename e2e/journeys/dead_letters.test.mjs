//! An event that fails is seen with its cause by an operator, who has it run again once the cause is gone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runSql } from "../support/explorer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const OWNER = "olivia.owner@weft.example";
const VIEWER = "vera.viewer@weft.example";
const LETTERS = "/admin/api/dead-letters";

const TRIGGER = "journey_loses_objects";

let mesh;
let customer;

const data = (text, params) => runSql(mesh, "DATA_DB", text, params);

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "dead-letters"));
});

async function admin(method, path, email = OWNER) {
  const { json } = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  return send(method, `${mesh.admin}${path}`, { headers: { "cf-access-jwt-assertion": json.token } });
}

async function letters(query = {}) {
  const answer = await admin("GET", `${LETTERS}?${new URLSearchParams({ tenant: customer.tenant.id, ...query })}`);
  assert.equal(answer.status, 200, String(answer));
  return answer.json.items;
}

after(() => data(`DROP TRIGGER IF EXISTS ${TRIGGER}`));

test("an event whose bytes are not found fails visibly, and its replay succeeds once they are", async () => {
  // Whatever this tenant sends is looked for where it is not: broken before its workflow can be quicker.
  await data(
    `CREATE TRIGGER ${TRIGGER} AFTER INSERT ON events WHEN NEW.tenant_id = '${customer.tenant.id}' BEGIN
       UPDATE events SET object_key = 'lost/' || object_key WHERE id = NEW.id;
     END`,
  );
  const answer = await deliver(customer.endpoint("standard"), call({ account: "Lost & Found" }));
  assert.equal(answer.status, 202, String(answer));
  const { event_id: id } = answer.json;
  const failed = await customer.settled(id);
  assert.equal(failed.status, "failed", JSON.stringify(failed));
  const last = failed.steps.at(-1);
  assert.deepEqual([last.name, last.status], ["load", "failed"], JSON.stringify(failed.steps));

  const [letter] = await letters({ cause: "workflow" });
  assert.deepEqual([letter.event_id, letter.step, letter.run, letter.event_status], [id, "load", 0, "failed"]);
  assert.equal(letter.trace_id, failed.trace_id);
  assert.match(letter.errors.at(-1), /archive/);

  const refused = await admin("POST", `${LETTERS}/${letter.id}/replay`, VIEWER);
  assertProblem(refused, 403, "access.role_missing");

  await data(`DROP TRIGGER ${TRIGGER}`);
  await data("UPDATE events SET object_key = substr(object_key, 6) WHERE id = ?", [id]);
  const replayed = await admin("POST", `${LETTERS}/${letter.id}/replay`);
  assert.equal(replayed.status, 202, String(replayed));
  assert.deepEqual(replayed.json, { tenant: customer.tenant.id, event_id: id, run: 1, duplicate: false });
  const event = await customer.settled(id);
  assert.deepEqual([event.status, event.reason], ["processed", undefined], JSON.stringify(event));
  assert.equal((await customer.signals(id)).length, event.signals_count);
  assert.ok(event.signals_count > 0);

  const again = await admin("POST", `${LETTERS}/${letter.id}/replay`);
  assert.deepEqual([again.status, again.json.duplicate], [202, true]);
  const [known] = await letters();
  assert.deepEqual([known.event_status, known.replayed_by], ["processed", `person:${OWNER}`]);
});
