//! Jobs: a tenant's schedule fires, each time once, and every firing is on record with the event that it sent.

import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newTenant } from "../support/tenants.mjs";

const SECOND_MS = 1000;

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

const task = (type) => ({ kind: "event", source: "generic", type, payload: { from: "a job" } });

async function create(customer, job, headers) {
  const answer = await customer.send("POST", "/v1/jobs", {
    json: { name: "Journey", task: task("job.fired"), ...job },
    headers,
  });
  assert.equal(answer.status, 201, String(answer));
  assert.match(answer.json.id, /^job_[0-9a-f]{32}$/);
  created.push({ customer, id: answer.json.id });
  return answer.json;
}

const runs = (customer, job) => customer.list(`/v1/jobs/${job.id}/runs`);
const succeeded = (runs) => runs.filter(({ outcome }) => outcome === "succeeded");

/** Waits until a job has this many runs that succeeded; gives all its runs, newest first. */
const fired = (customer, job, count) =>
  until(
    `the job fires ${count} times`,
    () => runs(customer, job),
    (runs) => succeeded(runs).length >= count,
  );

async function act(customer, job, verb, status = 200) {
  const answer = await customer.send("POST", `/v1/jobs/${job.id}/${verb}`);
  assert.equal(answer.status, status, String(answer));
  return answer.json;
}

test("a job that repeats fires at its times, each once, and its events are there", async () => {
  const customer = await newCustomer("jobs-every");
  const job = await create(customer, { name: "Heartbeat", schedule: { every: "1s" } });
  assert.deepEqual([job.name, job.status, job.schedule], ["Heartbeat", "active", { every: "1s" }]);
  assert.equal(job.preview.length, 10);
  assert.equal(job.preview[0], job.next_run_at);
  const start = Date.parse(job.created_at);
  assert.deepEqual(
    job.preview.map((time) => Date.parse(time) - start),
    Array.from({ length: 10 }, (_, n) => (n + 1) * SECOND_MS),
  );

  await fired(customer, job, 4);
  await act(customer, job, "pause");
  // What was begun before the pause goes on to its end.
  const ended = (runs) => runs.every(({ outcome }) => !["pending", "running"].includes(outcome));
  const all = await until("its runs end", () => runs(customer, job), ended);

  const done = succeeded(all);
  for (const run of all) {
    assert.ok(["succeeded", "missed", "paused"].includes(run.outcome), JSON.stringify(run));
    assert.equal((Date.parse(run.scheduled_for) - start) % SECOND_MS, 0, "a nominal time is off the job's beat");
  }
  for (const run of done) {
    assert.match(run.id, /^run_[0-9a-f]{32}$/);
    assert.match(run.trace_id, /^[0-9a-f]{32}$/);
    assert.ok(run.attempts >= 1 && run.started_at <= run.ended_at, JSON.stringify(run));
    assert.equal(run.lateness_ms, Date.parse(run.started_at) - Date.parse(run.scheduled_for));
    assert.equal(run.duration_ms, Date.parse(run.ended_at) - Date.parse(run.started_at));
    assert.deepEqual([run.trigger, run.tries.length], ["schedule", run.attempts]);
    assert.equal(run.tries.at(-1).ended_at, run.ended_at);
    assert.ok(run.lateness_ms >= 0, "it fired before its time");
  }
  const times = done.map(({ scheduled_for: time }) => time);
  assert.equal(new Set(times).size, times.length, `a time fired twice: ${times.join()}`);
  assert.deepEqual(times, [...times].sort().reverse(), "newest first");

  const events = await customer.events({ type: "job.fired" });
  assert.deepEqual(events.map(({ id }) => id).sort(), done.map(({ event_id: id }) => id).sort(), "one event a run");
  const traces = new Map(done.map((run) => [run.event_id, run.trace_id]));
  for (const { id, trace_id: trace } of events) assert.equal(trace, traces.get(id), "the event left its run's trace");
  const raw = await customer.get(`/v1/events/${events[0].id}/raw`);
  assert.deepEqual(raw.json, { from: "a job" });
});

test("a cron job fires at the times of its zone, and knows what the clocks will do", async () => {
  const customer = await newCustomer("jobs-cron");
  const job = await create(customer, { schedule: { cron: "* * * * * *", timezone: "asia/kolkata" } });
  assert.deepEqual(job.schedule, { cron: "* * * * * *", timezone: "Asia/Kolkata", gap: "skip", fold: "twice" });
  const all = await fired(customer, job, 3);
  const times = all.map(({ scheduled_for: time }) => time);
  assert.equal(new Set(times).size, times.length, `a time is there twice: ${times.join()}`);
  for (const time of times) assert.equal(Date.parse(time) % SECOND_MS, 0);

  const nightly = await create(customer, {
    schedule: { cron: "30 2 * * *", timezone: "Europe/Berlin", start: "2027-03-26T12:00:00Z" },
  });
  assert.deepEqual(
    nightly.preview.slice(0, 3),
    ["2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z"],
    "the night when the clocks skip 02:30 has its run at the next valid instant",
  );
  const anchored = await create(customer, {
    schedule: { every: "1d", anchor: "2027-03-01T09:00:00Z", start: "2027-03-01T00:00:00Z", exclude: ["2027-03-02"] },
  });
  assert.deepEqual(anchored.preview.slice(0, 2), ["2027-03-01T09:00:00.000Z", "2027-03-03T09:00:00.000Z"]);
});

test("policies come back as they were set, and runs are listed by outcome", async () => {
  const customer = await newCustomer("jobs-policies");
  const policies = {
    retry: { max_attempts: 5, delay: "10s", jitter: "full" },
    misfire: "all",
    misfire_window: "1h",
    overlap: "queue_one",
    timeout: "20s",
    concurrency: { group: "crm", limit: 1 },
  };
  const job = await create(customer, { schedule: { every: "1s" }, ...policies });
  for (const [name, value] of Object.entries(policies)) assert.deepEqual(job[name], value, name);
  const other = await create(customer, { schedule: { every: "1s" }, ...policies, task: task("other.fired") });
  await fired(customer, job, 3);
  await fired(customer, other, 3);
  const paused = await act(customer, job, "pause");
  assert.equal(paused.status, "paused");
  const listed = (await customer.get(`/v1/jobs/${job.id}/runs?outcome=succeeded`)).json.items;
  assert.ok(listed.length >= 3 && listed.every(({ outcome }) => outcome === "succeeded"), JSON.stringify(listed));
  assertProblem(await customer.send("GET", `/v1/jobs/${job.id}/runs?outcome=done`), 400, "request.invalid_parameter");

  const clock = await create(customer, { name: "Clock", schedule: { every: "1s" }, task: task("clock.ticked") });
  await fired(customer, clock, 2);
  await act(customer, job, "resume");
  const [record] = (await customer.get(`/v1/jobs/${job.id}/runs?outcome=paused`)).json.items;
  assert.ok(record.count >= 1 && record.error.includes("paused"), JSON.stringify(record));
});

test("a job for one time fires once and is finished", async () => {
  const customer = await newCustomer("jobs-at");
  const at = new Date(Date.now() + 2 * SECOND_MS).toISOString();
  const job = await create(customer, { schedule: { at } });
  assert.deepEqual([job.status, job.preview], ["active", [at]]);
  const past = await create(customer, { schedule: { at: "2026-01-01T00:00:00Z" } });

  for (const one of [job, past]) {
    const [run] = await fired(customer, one, 1);
    const after = (await customer.get(`/v1/jobs/${one.id}`)).json;
    assert.deepEqual([after.status, after.next_run_at, after.preview], ["finished", null, []]);
    assert.equal(run.scheduled_for, one.schedule.at);
    assert.equal((await runs(customer, one)).length, 1);
  }
  assert.equal((await customer.events()).length, 2);
});

test("a paused job doesn't fire; resumed, it does, without making up for what passed", async () => {
  const customer = await newCustomer("jobs-pause");
  const job = await create(customer, { schedule: { every: "1s" } });
  await fired(customer, job, 1);
  const paused = await act(customer, job, "pause");
  assert.deepEqual([paused.status, paused.next_run_at, paused.preview], ["paused", null, []]);
  assert.equal((await act(customer, job, "pause")).status, "paused", "pausing twice changes nothing");
  const ended = (runs) => runs.every(({ outcome }) => !["pending", "running"].includes(outcome));
  const before = await until("its runs end", () => runs(customer, job), ended);

  // Another job of the same tenant tells the time: while it fires thrice, the paused one doesn't.
  const clock = await create(customer, { name: "Clock", schedule: { every: "1s" }, task: task("clock.ticked") });
  await fired(customer, clock, 3);
  assert.deepEqual(await runs(customer, job), before);

  const resumed = await act(customer, job, "resume");
  const resumedAt = Date.now();
  assert.equal(resumed.status, "active");
  assert.equal(resumed.preview.length, 10);
  const after = await fired(customer, job, succeeded(before).length + 2);
  const known = new Set(before.map(({ id }) => id));
  for (const run of succeeded(after).filter(({ id }) => !known.has(id))) {
    assert.ok(Date.parse(run.scheduled_for) > resumedAt - SECOND_MS, `it made up for ${run.scheduled_for}`);
  }
});

test("a job can be run at once without moving its schedule, even while it is paused", async () => {
  const customer = await newCustomer("jobs-run");
  const job = await create(customer, { schedule: { every: "366d" } });
  const run = await act(customer, job, "run", 202);
  assert.match(run.id, /^run_[0-9a-f]{32}$/);
  const [done] = await fired(customer, job, 1);
  assert.equal(done.id, run.id);
  assert.equal((await customer.event(done.event_id)).type, "job.fired");
  assert.equal((await customer.get(`/v1/jobs/${job.id}`)).json.next_run_at, job.next_run_at);

  await act(customer, job, "pause");
  await act(customer, job, "run", 202);
  await fired(customer, job, 2);
  assert.equal((await customer.get(`/v1/jobs/${job.id}`)).json.status, "paused");
});

test("a deleted job is gone, and what it sent stays", async () => {
  const customer = await newCustomer("jobs-delete");
  const [job, kept] = [
    await create(customer, { schedule: { every: "1s" } }),
    await create(customer, { schedule: { every: "366d" } }),
  ];
  const [run] = await fired(customer, job, 1);
  const answer = await customer.send("DELETE", `/v1/jobs/${job.id}`);
  assert.equal(answer.status, 204, String(answer));
  assert.equal(answer.bytes.length, 0);
  for (const [method, path] of [
    ["GET", ""],
    ["GET", "/runs"],
    ["DELETE", ""],
    ["POST", "/run"],
  ]) {
    assertProblem(await customer.send(method, `/v1/jobs/${job.id}${path}`), 404, "job.not_found");
  }
  assert.deepEqual(
    (await customer.list("/v1/jobs")).map(({ id }) => id),
    [kept.id],
  );
  assert.equal((await customer.event(run.event_id)).id, run.event_id);
});

test("one `Idempotency-Key` makes one job", async () => {
  const customer = await newCustomer("jobs-idempotent");
  const headers = { "idempotency-key": "nightly" };
  const schedule = { every: "366d" };
  const first = await create(customer, { schedule }, headers);
  assert.equal((await create(customer, { schedule }, headers)).id, first.id);
  const other = { json: { name: "Other", schedule, task: task("job.fired") }, headers };
  assertProblem(await customer.send("POST", "/v1/jobs", other), 422, "idempotency.key_reused");
  assert.equal((await customer.list("/v1/jobs")).length, 1);
});

test("jobs are listed in pages, newest first", async () => {
  const customer = await newCustomer("jobs-pages");
  const made = [];
  for (let n = 0; n < 5; n += 1)
    made.push((await create(customer, { name: `Job ${n}`, schedule: { every: "30d" } })).id);
  const first = (await customer.get("/v1/jobs?limit=3")).json;
  assert.equal(first.items.length, 3);
  const second = (await customer.get(`/v1/jobs?limit=3&cursor=${first.next_cursor}`)).json;
  assert.equal(second.next_cursor, null);
  const listed = [...first.items, ...second.items].map(({ id }) => id);
  assert.deepEqual([...listed].sort(), made.sort());
  assert.deepEqual(listed, [...listed].sort().reverse());
});

test("what can't be scheduled is refused with the field at fault", async () => {
  const customer = await newCustomer("jobs-refused");
  const check = async (job, code, pointer) => {
    const json = { name: "Refused", schedule: { every: "5m" }, task: task("job.fired"), ...job };
    const { errors } = assertProblem(await customer.send("POST", "/v1/jobs", { json }), 422, code);
    assert.deepEqual(
      errors.map(({ pointer }) => pointer),
      [pointer],
      JSON.stringify(job),
    );
  };
  const at = (hour) => `2027-01-01T0${hour}:00:00Z`;
  for (const every of ["0s", "367d", "soon", -5, 0.5, ""]) {
    await check({ schedule: { every } }, "job.invalid_schedule", "/schedule/every");
  }
  await check({ schedule: { at: "tomorrow" } }, "job.invalid_schedule", "/schedule/at");
  await check({ schedule: { every: "5m", at: "2027-01-01T00:00:00Z" } }, "job.invalid_schedule", "/schedule");
  await check({ schedule: {} }, "job.unsupported_schedule", "/schedule");
  await check({ schedule: { cron: "0 0 31 2 *", timezone: "UTC" } }, "job.invalid_schedule", "/schedule/cron");
  await check({ schedule: { cron: "@daily", timezone: "Europe/Berlim" } }, "job.invalid_schedule", "/schedule/timezone");
  await check({ schedule: { every: "5m", start: at(9), end: at(8) } }, "job.invalid_schedule", "/schedule/end");
  await check({ schedule: { every: "5m", end: "2026-01-01T00:00:00Z" } }, "job.invalid_schedule", "/schedule");
  await check({ schedule: { every: "5m", exclude: ["2026-02-30"] } }, "job.invalid_schedule", "/schedule/exclude/0");
  await check({ schedule: "daily" }, "request.invalid", "/schedule");
  await check({ task: { kind: "fax", number: "1" } }, "job.unsupported_task", "/task/kind");
  await check({ overlap: "perhaps" }, "job.unsupported_option", "/overlap");
  await check({ misfire: "latest" }, "job.unsupported_option", "/misfire");
  await check({ timeout: "31s" }, "request.invalid", "/timeout");
  await check({ name: "" }, "request.invalid", "/name");
  assert.deepEqual(await customer.list("/v1/jobs"), []);
});

test("a job is changed while it runs, by whoever read its version, and its record stays", async () => {
  const customer = await newCustomer("jobs-change");
  const job = await create(customer, { schedule: { every: "1s" }, timeout: "9s" });
  assert.equal(job.version, 1);
  const before = await fired(customer, job, 2);

  const patch = (json) => customer.send("PATCH", `/v1/jobs/${job.id}`, { json });
  const changed = await patch({
    version: 1,
    schedule: { cron: "*/2 * * * * *" },
    task: task("job.changed"),
    overlap: "skip",
    timeout: null,
  });
  assert.equal(changed.status, 200, String(changed));
  assert.deepEqual(
    [changed.json.version, changed.json.overlap, changed.json.timeout, changed.json.name],
    [2, "skip", undefined, job.name],
  );
  assert.ok(changed.json.preview.every((time) => (Date.parse(time) / SECOND_MS) % 2 === 0), String(changed));
  assertProblem(await patch({ version: 1, name: "Late" }), 409, "job.changed");

  await until("it fires by the new schedule", () => customer.events({ type: "job.changed" }), (events) => events.length >= 2);
  const all = await runs(customer, job);
  const times = all.map(({ scheduled_for: time }) => time);
  assert.equal(new Set(times).size, times.length, `a time is there twice: ${times.join()}`);
  for (const { id } of before) assert.ok(all.some((run) => run.id === id), "a record is gone");

  const impossible = await patch({ schedule: { cron: "0 0 31 2 *" } });
  assertProblem(impossible, 422, "job.invalid_schedule");
  assert.equal(impossible.json.errors[0].pointer, "/schedule/cron");
  assertProblem(await patch({ schedule: { at: "2020-01-01T00:00:00Z" } }), 422, "job.invalid_schedule");
  assertProblem(await patch({ name: null }), 422, "request.invalid");
  assert.equal((await customer.get(`/v1/jobs/${job.id}`)).json.version, 2, "what was refused changed nothing");
  const stranger = await newCustomer("jobs-change-stranger");
  assertProblem(await stranger.send("PATCH", `/v1/jobs/${job.id}`, { json: { name: "Mine" } }), 404, "job.not_found");
});

test("a tenant finds its own jobs that fail", async () => {
  const customer = await newCustomer("jobs-standing");
  const stranger = await newCustomer("jobs-standing-stranger");
  const well = await create(customer, { schedule: { every: "1s" } });
  await fired(customer, well, 1);
  const failing = (whose) => whose.list("/v1/jobs", { status: "failing" });
  assert.deepEqual(await failing(customer), []);
  assert.deepEqual(await failing(stranger), []);
  for (const status of ["due", "late"]) {
    assert.equal((await customer.get(`/v1/jobs?status=${status}`)).status, 200, status);
  }
  assertProblem(await customer.send("GET", "/v1/jobs?status=broken"), 400, "request.invalid_parameter");
});

test("a past range is filled in, each time once, and what ran does not run again", async () => {
  const customer = await newCustomer("jobs-backfill");
  const stranger = await newCustomer("jobs-backfill-stranger");
  const job = await create(customer, { schedule: { every: "1h" }, task: task("hour.filled"), overlap: "skip" });
  const start = Date.parse(job.created_at);
  const range = (from, to) => ({
    from: new Date(start + from * 3600 * SECOND_MS).toISOString(),
    to: new Date(start + to * 3600 * SECOND_MS).toISOString(),
  });
  const ask = (json, headers) => customer.send("POST", `/v1/jobs/${job.id}/backfill`, { json, headers });
  const asked = await ask(range(-24, 0), { "idempotency-key": "yesterday" });
  assert.equal(asked.status, 202, String(asked));
  assert.deepEqual([asked.json.status, asked.json.times], ["running", 24]);
  const path = asked.headers.get("location");
  const over = ({ status }) => status !== "running";
  const done = await until("the range is filled in", async () => (await customer.get(path)).json, over);
  assert.deepEqual([done.status, done.begun, done.kept], ["completed", 24, 0]);
  const again = await ask(range(-24, 0), { "idempotency-key": "yesterday" });
  assert.equal(again.json.id, asked.json.id);
  assertProblem(await ask(range(-20, 0), { "idempotency-key": "yesterday" }), 422, "idempotency.key_reused");

  const overlapping = await ask(range(-26, 0));
  const second = await until(
    "the rest is filled in",
    async () => (await customer.get(overlapping.headers.get("location"))).json,
    over,
  );
  assert.deepEqual([second.begun, second.kept], [2, 24]);
  const all = await fired(customer, job, 26);
  assert.equal(new Set(all.map(({ scheduled_for: time }) => time)).size, 26);
  assert.ok(all.every(({ trigger, outcome }) => trigger === "backfill" && outcome === "succeeded"));
  assert.equal((await customer.events({ type: "hour.filled" })).length, 26, "one event a time");

  const wide = await ask(range(-20_000, 0));
  assertProblem(wide, 422, "request.invalid");
  assert.match(wide.json.errors[0].detail, /20000 times/);
  assertProblem(await ask(range(-1, 1)), 422, "request.invalid");
  assert.deepEqual((await customer.list(`/v1/jobs/${job.id}/backfills`)).map(({ id }) => id), [second.id, done.id]);
  assert.equal((await customer.send("POST", `${path}/cancel`)).json.status, "completed", "what is over stays so");
  assertProblem(await stranger.send("GET", path), 404, "job.not_found");
});

test("a job starts a workflow, asks for a report and purges, each time once, and its runs say what they did", async () => {
  const customer = await newCustomer("jobs-tasks");
  const at = new Date(Date.now() + SECOND_MS).toISOString();
  const once = (work) => create(customer, { schedule: { at }, task: work });
  const proposal = {
    title: "Seats",
    amount: "10",
    currency: "EUR",
    requester: "rita@acme.example",
    approvers: ["bob@acme.example"],
    expires_in: "2d",
  };
  const approval = { kind: "workflow", name: "spend_approval", params: proposal };
  const report = { kind: "report", account: "Quillhaven", days: 30 };
  const jobs = [await once(approval), await once(report), await once({ kind: "purge" })];
  assert.deepEqual(jobs.map((job) => job.task), [approval, report, { kind: "purge" }]);
  const [approved, reported, purged] = await Promise.all(
    jobs.map(async (job) => (await fired(customer, job, 1)).find(({ outcome }) => outcome === "succeeded")),
  );
  assert.equal(approved.workflow.name, "spend_approval");
  const waiting = await customer.get(`/v1/workflows/spend_approval/${approved.workflow.id}`);
  assert.deepEqual([waiting.status, waiting.json.trace_id], [200, approved.trace_id], String(waiting));
  assert.equal(reported.workflow.name, "account_report");
  const asked = (await customer.get(`/v1/reports/${reported.workflow.id}`)).json;
  assert.equal(asked.account, "Quillhaven");
  assert.equal(Date.parse(asked.to), Date.parse(reported.scheduled_for), "it looks back from its time");
  assert.equal(Date.parse(asked.to) - Date.parse(asked.from), 30 * 24 * 3600 * SECOND_MS);
  assert.equal(purged.purged_events, 0);

  const refused = async (work, code, pointer) => {
    const answer = await customer.send("POST", "/v1/jobs", { json: { name: "No", schedule: { at }, task: work } });
    assertProblem(answer, 422, code);
    assert.equal(answer.json.errors[0].pointer, pointer, String(answer));
    return answer.json.errors[0].detail;
  };
  const names = await refused({ kind: "workflow", name: "fax", params: {} }, "request.invalid", "/task/name");
  assert.match(names, /account_report.*spend_approval/);
  const poor = { ...approval, params: { ...proposal, amount: "much" } };
  await refused(poor, "request.invalid", "/task/params/amount");
  await refused({ kind: "report" }, "request.invalid", "/task/account");
  await refused({ kind: "fax" }, "job.unsupported_task", "/task/kind");
});
