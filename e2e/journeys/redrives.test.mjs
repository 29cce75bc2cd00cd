//! Events that failed of one cause are one group to operators, who have all of them run again once the cause is gone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { installedChromium, openPage } from "../support/chromium.mjs";
import { Customer } from "../support/customer.mjs";
import { runSql } from "../support/explorer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const OPERATOR = "omar.operator@weft.example";
const VIEWER = "vera.viewer@weft.example";
const TRIGGER = "journey_redrive_loses_objects";
const skip = installedChromium() ? false : "no Chrome or Chromium is installed";

let mesh;
const customers = [];

const data = (text, params) => runSql(mesh, "DATA_DB", text, params);

async function token(email) {
  return (await send("POST", `${mesh.access_issuer}/token`, { json: { email } })).json.token;
}

async function admin(method, path, options = {}, email = OPERATOR) {
  const headers = { "cf-access-jwt-assertion": await token(email), ...options.headers };
  return send(method, `${mesh.admin}/admin/api${path}`, { ...options, headers });
}

async function failing(customer, account) {
  const answer = await deliver(customer.endpoint("standard"), call({ account }));
  assert.equal(answer.status, 202, String(answer));
  return answer.json.event_id;
}

before(async () => {
  mesh = await runningMesh();
  for (const name of ["redrive-one", "redrive-two"]) customers.push(new Customer(mesh, await newTenant(mesh, name)));
});

after(() => data(`DROP TRIGGER IF EXISTS ${TRIGGER}`));

test("a group is seen with whose letters it has, and redriven as a whole once its cause is gone", { timeout: 240_000 }, async (t) => {
  const [one, two] = customers;
  // What these tenants send is looked for where it is not: broken before its workflow can be quicker.
  await data(
    `CREATE TRIGGER ${TRIGGER} AFTER INSERT ON events WHEN NEW.tenant_id IN ('${one.tenant.id}', '${two.tenant.id}') BEGIN
       UPDATE events SET object_key = 'gone/' || object_key WHERE id = NEW.id;
     END`,
  );
  const ids = [await failing(one, "First"), await failing(one, "Second"), await failing(two, "Third")];
  for (const [at, id] of ids.entries()) assert.equal((await (at < 2 ? one : two).settled(id)).status, "failed");

  const letter = (await admin("GET", `/dead-letters?tenant=${two.tenant.id}`)).json.items[0];
  const of = `/dead-letters/groups/${letter.group}`;
  const group = (await admin("GET", of)).json;
  const ours = Object.fromEntries(group.tenants.map(({ tenant, letters }) => [tenant, letters]));
  assert.deepEqual([ours[one.tenant.id], ours[two.tenant.id]], [2, 1], JSON.stringify(group));
  assert.deepEqual([group.step, group.cause], ["load", "workflow"]);
  assert.ok(group.waiting >= 3 && !group.pattern.includes(ids[2]), group.pattern);
  const { items } = (await admin("GET", "/dead-letters/groups")).json;
  assert.ok(items.some(({ fingerprint }) => fingerprint === letter.group));
  const listed = (await admin("GET", `/dead-letters?group=${letter.group}&tenant=${one.tenant.id}`)).json.items;
  assert.deepEqual(listed.map(({ event_id: id }) => id).sort(), ids.slice(0, 2).sort());

  assertProblem(await admin("POST", `${of}/redrive`, { json: {} }, VIEWER), 403, "access.role_missing");
  assertProblem(await admin("POST", `${of}/redrive`, { json: { per_second: 51 } }), 422, "request.invalid");
  assertProblem(await admin("POST", `/dead-letters/groups/${"0".repeat(32)}/redrive`, { json: {} }), 404, "redrive.not_found");

  await data(`DROP TRIGGER ${TRIGGER}`);
  await data("UPDATE events SET object_key = substr(object_key, 6) WHERE id IN (?, ?, ?)", ids);
  const key = { "idempotency-key": `redrive-${Date.now()}` };
  const asked = { json: { per_second: 10, tenant: one.tenant.id }, headers: key };
  const begun = await admin("POST", `${of}/redrive`, asked);
  assert.equal(begun.status, 202, String(begun));
  assert.equal(begun.json.total, 2);
  const again = await admin("POST", `${of}/redrive`, asked);
  assert.equal(again.json.id, begun.json.id, "asked again, it is the same");
  assertProblem(await admin("POST", `${of}/redrive`, { json: { per_second: 9 }, headers: key }), 422, "idempotency.key_reused");

  for (const id of ids.slice(0, 2)) {
    const event = await until("it is processed", () => one.event(id), ({ status }) => status === "processed");
    assert.ok(event.signals_count > 0);
  }
  assert.equal((await two.event(ids[2])).status, "failed", "the other tenant's was not asked for");
  const done = await until(
    "the redrive is done",
    async () => (await admin("GET", `/redrives/${begun.json.id}`)).json,
    ({ status }) => status === "done",
  );
  assert.deepEqual([done.begun, done.refused, done.letters.items.length], [2, 0, 2]);
  for (const { event_id: id, run, event_status: status } of done.letters.items) {
    assert.deepEqual([ids.includes(id), run, status], [true, 1, "processed"]);
  }
  const acts = (await admin("GET", `/audit?target=${letter.group}`)).json.items.map(({ action }) => action);
  assert.ok(acts.includes("redrive.start.done") && acts.includes("redrive.start.refused"), acts.join());

  // The rest of them on the page, as an operator does; and one that runs is stopped.
  if (skip) return t.diagnostic(skip);
  const page = await openPage(t);
  await page.signIn(mesh.admin, await token(OPERATOR));
  await page.visit(`${mesh.admin}/admin${of}`);
  assert.deepEqual(await page.violations(), []);
  await page.fill("[name=tenant]", two.tenant.id);
  await page.follow("form[action$='/redrive'] button");
  assert.match(await page.evaluate("location.pathname"), /^\/admin\/redrives\/rdr_[0-9a-f]{32}$/);
  assert.deepEqual(await page.violations(), []);
  assert.ok((await page.text()).includes(ids[2]), await page.text());
  await until("the last is processed", () => two.event(ids[2]), ({ status }) => status === "processed");
  return undefined;
});
