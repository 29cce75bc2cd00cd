//! The platform loses the alarm of a tenant's schedule: nobody calls, and the watchdog sets it again. A record is lost from
//! another's ledger, and the scan names the time.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { changeStored, loseAlarms, loseRecord, readData, readStored } from "../support/database.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { send } from "../support/http.mjs";
import { until } from "../support/poll.mjs";

const VIEWER = "vera.viewer@weft.example";
const OBJECTS = "weft-scheduler-TenantSchedule";

test("an alarm that was lost is set again without a call, and that is on record", async (t) => {
  const state = await newState();
  let mesh = await OwnMesh.start(state);
  t.after(async () => {
    await mesh.discard();
    await removeState(state);
  });
  const jobs = [];
  for (const tenant of mesh.tenants) {
    const task = { kind: "event", source: "generic", type: `watched.${jobs.length}`, payload: {} };
    const answer = await new Customer(mesh, tenant).send("POST", "/v1/jobs", {
      json: { name: "Watched", schedule: { every: "1s" }, task, misfire: "last" },
    });
    assert.equal(answer.status, 201, String(answer));
    jobs.push(answer.json);
  }
  const fired = async (at) =>
    (await readData(state, `SELECT max(received_at) AS at FROM events WHERE type = 'watched.${at}'`))[0]?.at ?? 0;
  const count = async (at) =>
    (await readData(state, `SELECT count(*) AS count FROM events WHERE type = 'watched.${at}'`))[0]?.count ?? 0;
  for (const at of jobs.keys()) await until(`job ${at} fires`, () => count(at), (times) => times >= 3);
  await mesh.kill();

  // What the platform keeps of the first tenant's alarm is gone, in the object and beside it. The time at which the
  // watchdog looks after a schedule next is now, for both.
  const [lost, kept] = mesh.tenants;
  const alarms = await loseAlarms(state, OBJECTS, lost.id);
  assert.ok(alarms >= 1, "the runtime keeps alarms somewhere else now");
  assert.equal(await loseRecord(state, OBJECTS, kept.id), 1);
  await changeStored(state, "schedule_objects", "UPDATE schedule_objects SET attend_at = 0");

  const restarted = Date.now();
  mesh = await OwnMesh.start(state);
  const repairs = () => readStored(state, "schedule_objects", "SELECT tenant_id, repairs, repair FROM schedule_objects");
  const repaired = (rows) => rows.some(({ tenant_id: tenant, repairs }) => tenant === lost.id && repairs > 0);
  const rows = await until("the watchdog finds it", repairs, repaired);
  const found = Object.fromEntries(rows.map(({ tenant_id: tenant, repairs, repair }) => [tenant, { repairs, repair }]));
  assert.deepEqual(found[lost.id], { repairs: 1, repair: "lost" });
  assert.deepEqual(found[kept.id], { repairs: 0, repair: null }, "the other's was left alone");
  for (const at of jobs.keys()) {
    await until(`job ${at} fires again`, () => fired(at), (time) => time > restarted);
  }
  const runs = await new Customer(mesh, lost).list(`/v1/jobs/${jobs[0].id}/runs`);
  const times = runs.flatMap(({ first_scheduled_for: first, scheduled_for: last, count }) => {
    const end = Date.parse(last);
    assert.equal(first ? (end - Date.parse(first)) / 1000 + 1 : 1, count);
    return Array.from({ length: count }, (_, back) => end - back * 1000);
  });
  assert.equal(new Set(times).size, times.length, "a second is on record twice");
  assert.equal(Math.max(...times) - Math.min(...times), (times.length - 1) * 1000, "a second is on record nowhere");

  const { json } = await send("POST", `${mesh.access_issuer}/token`, { json: { email: VIEWER } });
  const admin = (path) =>
    send("GET", `${mesh.admin}/admin/api/schedules${path}`, { headers: { "cf-access-jwt-assertion": json.token } });
  const listed = (await admin("")).json.items.find(({ tenant }) => tenant === lost.id);
  assert.deepEqual([listed.repairs, listed.repair], [1, "lost"]);
  assert.deepEqual((await admin(`/scan?tenant=${lost.id}`)).json.items, [], "its ledger is whole");
  const { items, scanned, next_cursor: next } = (await admin("/scan")).json;
  assert.deepEqual(
    items.map(({ kind, tenant, job_id: job }) => ({ kind, tenant, job })),
    [{ kind: "gap", tenant: kept.id, job: jobs[1].id }],
  );
  assert.ok(scanned.jobs >= 2 && scanned.records > 2 && next === null, JSON.stringify(scanned));
  const scan = (...args) =>
    new Promise((resolve) => {
      const given = ["scan", "--json", "--state", state, ...args];
      execFile(process.env.WEFT_XTASK, given, (error, said) => resolve({ code: error?.code ?? 0, said }));
    });
  if (process.env.WEFT_XTASK) {
    const whole = await scan();
    assert.equal(whole.code, 1, whole.said);
    assert.equal(JSON.parse(whole.said.split("\n")[0]).violations[0].kind, "gap");
    assert.equal((await scan("--tenant", lost.id)).code, 0);
  }
});
